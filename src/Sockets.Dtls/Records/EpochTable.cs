using System;
using System.Runtime.CompilerServices;

namespace Sockets.Dtls.Records;

/// <summary>
/// The keys of a connection: the epochs it reads (the current one, and at most two before it that have not expired)
/// and the epochs it writes (the current one, and epoch 2 while the last handshake flight may have to be resent).
/// Two bits of epoch on the wire tell up to four neighbours apart (RFC 9147 §4.2.2).
/// </summary>
internal sealed class EpochTable : IDisposable
{
    private ReadEpoch? _currentRead;
    private ReadEpoch? _previousRead;
    private ReadEpoch? _olderRead;
    private WriteEpoch? _handshakeWrite;

    /// <summary>The newest epoch with read keys; null while everything is plaintext.</summary>
    public ReadEpoch? CurrentRead => _currentRead;

    /// <summary>The epoch before <see cref="CurrentRead"/> whose late records are accepted still; null when there is none.</summary>
    public ReadEpoch? PreviousRead => _previousRead;

    /// <summary>The one before <see cref="PreviousRead"/>.</summary>
    public ReadEpoch? OlderRead => _olderRead;

    /// <summary>Epoch 2, while the last flight of the handshake may have to be sent again.</summary>
    public WriteEpoch? HandshakeWrite => _handshakeWrite;

    /// <summary>The newest epoch with write keys; null while everything is plaintext.</summary>
    public WriteEpoch? CurrentWrite { get; private set; }

    /// <summary>The next sequence number of epoch 0, which has no keys.</summary>
    public ulong PlaintextSequence { get; set; }

    /// <summary>When the next keys expire; Never when none will.</summary>
    public MonotonicTime NextExpiry =>
        MonotonicTime.Min(_previousRead?.Expiry ?? MonotonicTime.Never, _olderRead?.Expiry ?? MonotonicTime.Never);

    /// <summary>Whether no record of a later epoch was accepted: the peer may not have begun to use the newest keys.</summary>
    public bool IsNewestUsed(ReadEpoch epoch) => epoch == _currentRead || (epoch == _previousRead && !_currentRead!.IsUsed);

    /// <summary>The read keys for the two epoch bits of a header, the newest first; null when there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadEpoch? FindRead(int epochBits) =>
        _currentRead is { } current && (int)(current.Epoch & 3) == epochBits ? current : FindEarlier(epochBits);

    private ReadEpoch? FindEarlier(int epochBits)
    {
        if (_previousRead is { } previous && (int)(previous.Epoch & 3) == epochBits)
            return previous;
        return _olderRead is { } older && (int)(older.Epoch & 3) == epochBits ? older : null;
    }

    /// <summary>The write keys of an epoch; null for epoch 0 and for keys that are gone.</summary>
    public WriteEpoch? FindWrite(ulong epoch) =>
        CurrentWrite?.Epoch == epoch ? CurrentWrite : _handshakeWrite?.Epoch == epoch ? _handshakeWrite : null;

    /// <summary>Makes <paramref name="epoch"/> the current one for reading. The one before lives on without expiry.</summary>
    public void InstallRead(ReadEpoch epoch)
    {
        _olderRead?.Dispose();
        _olderRead = _previousRead;
        _previousRead = _currentRead;
        _currentRead = epoch;
    }

    /// <summary>Makes <paramref name="epoch"/> the current one for writing; only epoch 2 outlives that.</summary>
    public void InstallWrite(WriteEpoch epoch)
    {
        if (CurrentWrite is { Epoch: 2 } handshake)
            _handshakeWrite = handshake;
        else
            CurrentWrite?.Dispose();
        CurrentWrite = epoch;
    }

    /// <summary>The records of every write epoch carry this connection ID from now on; none when it is empty.</summary>
    public void UseConnectionId(byte[] connectionId)
    {
        CurrentWrite?.UseConnectionId(connectionId);
        _handshakeWrite?.UseConnectionId(connectionId);
    }

    /// <summary>Forgets the write keys of epoch 2: the last handshake flight was acknowledged.</summary>
    public void DropHandshakeWrite()
    {
        _handshakeWrite?.Dispose();
        _handshakeWrite = null;
    }

    /// <summary>
    /// Starts the clock of the epochs before the current one where it is not running yet: their late records are
    /// accepted until <paramref name="expiry"/> (RFC 9147 §4.2.1, §8).
    /// </summary>
    public void ExpirePrevious(MonotonicTime expiry)
    {
        if (_previousRead is { } previous && previous.Expiry == MonotonicTime.Never)
            previous.Expiry = expiry;
        if (_olderRead is { } older && older.Expiry == MonotonicTime.Never)
            older.Expiry = expiry;
    }

    /// <summary>Throws away the keys whose time has come.</summary>
    public void DropExpired(MonotonicTime now)
    {
        if (_olderRead is { } older && older.Expiry <= now)
        {
            older.Dispose();
            _olderRead = null;
        }

        if (_previousRead is { } previous && previous.Expiry <= now)
        {
            previous.Dispose();
            _previousRead = _olderRead;
            _olderRead = null;
        }
    }

    /// <summary>Gives back what the ciphers make anew with their next record.</summary>
    public void ReleaseTables()
    {
        _currentRead?.ReleaseTables();
        _previousRead?.ReleaseTables();
        _olderRead?.ReleaseTables();
        CurrentWrite?.ReleaseTables();
        _handshakeWrite?.ReleaseTables();
    }

    /// <summary>Disposes every key.</summary>
    public void Dispose()
    {
        _currentRead?.Dispose();
        _previousRead?.Dispose();
        _olderRead?.Dispose();
        CurrentWrite?.Dispose();
        _handshakeWrite?.Dispose();
        _currentRead = _previousRead = _olderRead = null;
        CurrentWrite = _handshakeWrite = null;
    }
}
