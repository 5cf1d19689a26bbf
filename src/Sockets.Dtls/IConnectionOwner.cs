using System;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls;

/// <summary>Whoever drives a connection together with others and has to know which of them had input.</summary>
internal interface IConnectionOwner
{
    /// <summary>The connection may have datagrams, events or another deadline.</summary>
    void OnTouched(DtlsConnection connection);

    /// <summary>Makes a connection ID under which datagrams will find the connection, and that no other one has.</summary>
    /// <returns>False when there is none left.</returns>
    bool TryIssueConnectionId(DtlsConnection connection, CryptoProvider crypto, Span<byte> destination);

    /// <summary>A connection ID that was issued leads nowhere from now on.</summary>
    void OnConnectionIdRetired(ReadOnlySpan<byte> connectionId);

    /// <summary>The connection is about to try a path of its own choice: datagrams from there are its own too.</summary>
    /// <returns>False when they could not be told from another connection's.</returns>
    bool TryAddPath(DtlsConnection connection, in DtlsPath path);

    /// <summary>The connection has given up a path that was added.</summary>
    void RemovePath(DtlsConnection connection, in DtlsPath path);

    /// <summary>The connection has another path; the one before was this.</summary>
    void OnPathChanged(DtlsConnection connection, in DtlsPath before);

    /// <summary>The connection, which was quiet or new, seals or opens records.</summary>
    void OnWarmed(DtlsConnection connection, MonotonicTime now);
}
