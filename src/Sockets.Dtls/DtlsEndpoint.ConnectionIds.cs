using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>Connection IDs: issuing them, and finding a connection by them whatever path its datagrams take.</content>
public sealed partial class DtlsEndpoint
{
    // Short connection IDs may come out twice.
    private const int DrawAttempts = 32;

    // Written by one thread at a time; read by any, so that nobody need wait to know whose a datagram is.
    private readonly ConcurrentDictionary<ConnectionIdKey, DtlsConnection> _byConnectionId = new(concurrencyLevel: 1, capacity: 1);

    // Connections whose address has come to be another one's.
    private readonly HashSet<DtlsConnection> _withoutRoute = [];

    // Null as long as no connection ever wanted connection IDs.
    private DtlsConnectionIdLayout? _connectionIds;

    /// <summary>The connection that was found last: datagrams come in runs.</summary>
    private ConnectionIdKey _lastKey;
    private DtlsConnection? _lastIdentified;

    /// <summary>Connection IDs that lead to a connection.</summary>
    internal int ConnectionIdCount => _byConnectionId.Count;

    /// <summary>
    /// Whose a datagram is, as its connection ID tells: what reaches the wrong shard or process of those that share
    /// <see cref="DtlsEndpointConfig.ConnectionIds"/> can be passed on.
    /// </summary>
    /// <param name="datagram">The datagram; not changed.</param>
    /// <param name="owner">Node and shard; not authenticated.</param>
    /// <returns>False when it has no connection ID, or this endpoint issues none.</returns>
    public bool TryReadOwner(ReadOnlySpan<byte> datagram, out DtlsConnectionIdOwner owner)
    {
        owner = default;
        return _connectionIds is { } layout && layout.TryReadDatagramOwner(datagram, out owner);
    }

    /// <summary>
    /// The connection that a datagram's connection ID leads to, so that whoever passes datagrams on to this endpoint can leave out what is
    /// nobody's before it is kept anywhere. Unlike everything else here it may be called by any thread at any time, and allocates nothing.
    /// </summary>
    /// <param name="datagram">The datagram; not changed. Not authenticated: somebody may have copied it.</param>
    /// <param name="connection">To tell it from others by; only the thread that has the endpoint may do more with it.</param>
    /// <returns>False when it has no connection ID, or one that leads nowhere.</returns>
    public bool TryFindConnection(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out DtlsConnection? connection)
    {
        connection = null;
        return _connectionIds is { } layout
            && UnifiedHeader.TryReadConnectionId(datagram, layout.Length, out ReadOnlySpan<byte> connectionId)
            && _byConnectionId.TryGetValue(new ConnectionIdKey(connectionId), out connection);
    }

    bool IConnectionOwner.TryIssueConnectionId(DtlsConnection connection, CryptoProvider crypto, Span<byte> destination)
    {
        for (int i = 0; i < DrawAttempts; i++)
        {
            _connectionIds!.Fill(crypto, destination);
            if (_byConnectionId.TryAdd(new ConnectionIdKey(destination), connection))
                return true;
        }

        return false;
    }

    void IConnectionOwner.OnConnectionIdRetired(ReadOnlySpan<byte> connectionId) => RetireConnectionId(connectionId);

    private void RetireConnectionId(ReadOnlySpan<byte> connectionId)
    {
        _lastIdentified = null;
        _byConnectionId.TryRemove(new ConnectionIdKey(connectionId), out _);
    }

    private void RetireConnectionIds(DtlsConnection connection)
    {
        foreach (byte[] connectionId in connection.OwnConnectionIds)
            RetireConnectionId(connectionId);
    }

    /// <summary>All connection IDs that come in must have one length: the wire does not tell it.</summary>
    private void RequireConnectionIdLength(DtlsConfig config)
    {
        if (config.ConnectionIdLength is not ({ } length and > 0))
            return;
        _connectionIds ??= new DtlsConnectionIdLayout { Length = length };
        if (_connectionIds.Length != length)
            throw new ArgumentException($"DtlsConfig.ConnectionIdLength must be {_connectionIds.Length} (or 0, or null) for connections of this endpoint.", nameof(config));
    }

    private bool HasConnectionId(ReadOnlySpan<byte> datagram) =>
        _connectionIds is { } layout && UnifiedHeader.TryReadConnectionId(datagram, layout.Length, out _);

    /// <summary>The connection whose connection ID a datagram begins with.</summary>
    private bool TryFindIdentified(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out DtlsConnection? connection)
    {
        connection = null;
        if (_connectionIds is not { } layout || !UnifiedHeader.TryReadConnectionId(datagram, layout.Length, out ReadOnlySpan<byte> connectionId))
            return false;
        var key = new ConnectionIdKey(connectionId);
        if (_lastIdentified is not null && _lastKey.Equals(key))
        {
            connection = _lastIdentified;
            return true;
        }

        if (!_byConnectionId.TryGetValue(key, out connection))
            return false;
        _lastKey = key;
        _lastIdentified = connection;
        return true;
    }
}
