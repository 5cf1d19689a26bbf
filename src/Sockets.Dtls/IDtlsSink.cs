using System;

namespace Sockets.Dtls;

/// <summary>
/// Receives application data as it is decrypted. Implemented by a struct and passed by reference, so that the call is
/// direct and nothing is allocated.
/// </summary>
public interface IDtlsSink
{
    /// <summary>
    /// One application record. <paramref name="data"/> is a view of the receive buffer, valid during the call only.
    /// May call <c>Write</c> but neither <c>Handle…</c> nor <c>Dispose</c>.
    /// </summary>
    void OnData(DtlsConnection connection, ReadOnlySpan<byte> data);
}
