using System;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Demo;

/// <summary>
/// The demo's client: numbered chunks in a bounded window. Each echo is compared with what was sent and lets the next chunk
/// go, all in the receive loop; <see cref="ResendLost"/>, called now and then from outside, repeats what was lost. A chunk is
/// eight bytes of number and a piece of a random pattern that the number determines, so nothing has to be remembered.
/// </summary>
internal sealed class EchoTransfer : IDtlsHandler
{
    private const int NumberSize = sizeof(long);
    private const int WindowSize = 128;
    private const int PatternSize = 1 << 20;
    private const int PatternStep = 4093;
    private const int MaxResendsAtOnce = 32;

    private static readonly TimeSpan ResendAfter = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long[] _sentAt = new long[WindowSize];
    private readonly bool[] _isBack = new bool[WindowSize];
    private readonly long[] _lost = new long[MaxResendsAtOnce];
    private readonly long _totalBytes;
    private byte[] _pattern = [];
    private byte[] _chunk = [];
    private byte[] _resendChunk = [];
    private int _dataSize;
    private long _oldest;
    private long _next;
    private bool _isOurKeyUpdated;
    private bool _isTheirKeyUpdated;

    public EchoTransfer(long totalBytes) => _totalBytes = totalBytes;

    /// <summary>Completes when every chunk is back and both keys are updated, or a chunk came back different.</summary>
    public Task Done => _done.Task;

    /// <summary>Bytes of pattern whose echo was compared.</summary>
    public long BytesVerified { get; private set; }

    /// <summary>Chunks in the whole transfer.</summary>
    public long ChunkCount { get; private set; }

    /// <summary>Chunks sent again because their echo did not come: datagrams lost on either way.</summary>
    public long Resent { get; private set; }

    /// <summary>Echoes of chunks whose echo was there already: the first one had only been late.</summary>
    public long Duplicates { get; private set; }

    /// <summary>What came back different; null while nothing has.</summary>
    public string? Difference { get; private set; }

    public long TotalBytes => _totalBytes;

    /// <summary>Called once on the way, inside the receive loop, after an eighth of the chunks.</summary>
    public Action<DtlsChannel>? OnTheWay { get; init; }

    /// <summary>Bytes that were back when the connection changed its path; null while it has not.</summary>
    public long? BytesAtMove { get; private set; }

    /// <summary>Makes the pattern and all buffers.</summary>
    public void Prepare(DtlsChannel channel)
    {
        _chunk = new byte[channel.MaxDatagramLength];
        _resendChunk = new byte[channel.MaxDatagramLength];
        _dataSize = _chunk.Length - NumberSize;
        _pattern = new byte[PatternSize + _dataSize];
        new Random(20220421).NextBytes(_pattern); // any bytes will do, as long as they differ from chunk to chunk
        ChunkCount = (_totalBytes + _dataSize - 1) / _dataSize;
    }

    /// <summary>Fills the window. From here on the receive loop keeps it full.</summary>
    public void Start(DtlsChannel channel)
    {
        long first = Math.Min(ChunkCount, WindowSize);
        lock (_gate)
        {
            Array.Fill(_sentAt, Stopwatch.GetTimestamp());
            _next = first;
        }

        if (ChunkCount / 2 < first)
            channel.RequestKeyUpdate(requestPeerUpdate: true);
        for (long number = 0; number < first; number++)
            channel.TrySend(Compose(number, _resendChunk));
    }

    public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (!Check(datagram, out long number))
            {
                _done.TrySetResult();
                return;
            }

            if (number < _oldest || _isBack[number % WindowSize])
            {
                Duplicates++;
                return;
            }

            _isBack[number % WindowSize] = true;
            BytesVerified += datagram.Length - NumberSize;
            while (_oldest < _next && _isBack[_oldest % WindowSize])
                _oldest++;
            FillWindow(channel);
            CompleteIfAllIsDone();
        }
    }

    public void OnPathChanged(DtlsChannel channel)
    {
        lock (_gate)
            BytesAtMove ??= BytesVerified;
    }

    public void OnKeysUpdated(DtlsChannel channel, bool sending)
    {
        lock (_gate)
        {
            _isOurKeyUpdated |= sending;
            _isTheirKeyUpdated |= !sending;
            CompleteIfAllIsDone();
        }
    }

    /// <summary>Sends again what has waited too long for its echo. Not from the receive loop.</summary>
    public void ResendLost(DtlsChannel channel)
    {
        int count = 0;
        lock (_gate)
        {
            long now = Stopwatch.GetTimestamp();
            for (long number = _oldest; number < _next && count < MaxResendsAtOnce; number++)
            {
                int slot = (int)(number % WindowSize);
                if (_isBack[slot] || Stopwatch.GetElapsedTime(_sentAt[slot], now) < ResendAfter)
                    continue;
                _sentAt[slot] = now;
                _lost[count++] = number;
                Resent++;
            }
        }

        // Outside the lock, as in Start: sending takes the driver's lock, and the receive loop takes that one first.
        for (int i = 0; i < count; i++)
            channel.TrySend(Compose(_lost[i], _resendChunk));
    }

    /// <summary>When everything is back: one more datagram, whose echo counts as a duplicate.</summary>
    public void SendFirstAgain(DtlsChannel channel) => channel.TrySend(Compose(0, _resendChunk));

    public void OnClosed(DtlsChannel channel, DtlsException? failure)
    {
        lock (_gate)
        {
            if (_oldest < ChunkCount)
                Difference ??= failure?.Message ?? "The connection was closed before everything was back.";
        }

        _done.TrySetResult();
    }

    // The last chunk may overtake the answer to a key update.
    private void CompleteIfAllIsDone()
    {
        if (_oldest == ChunkCount && _isOurKeyUpdated && _isTheirKeyUpdated)
            _done.TrySetResult();
    }

    private void FillWindow(DtlsChannel channel)
    {
        while (_next < ChunkCount && _next - _oldest < WindowSize)
        {
            if (_next == ChunkCount / 8)
                OnTheWay?.Invoke(channel);
            if (_next == ChunkCount / 2)
                channel.RequestKeyUpdate(requestPeerUpdate: true);
            int slot = (int)(_next % WindowSize);
            _isBack[slot] = false;
            _sentAt[slot] = Stopwatch.GetTimestamp();
            channel.TrySend(Compose(_next, _chunk));
            _next++;
        }
    }

    private ReadOnlySpan<byte> Compose(long number, byte[] buffer)
    {
        int length = DataLength(number);
        BinaryPrimitives.WriteInt64BigEndian(buffer, number);
        Data(number, length).CopyTo(buffer.AsSpan(NumberSize));
        return buffer.AsSpan(0, NumberSize + length);
    }

    private bool Check(ReadOnlySpan<byte> datagram, out long number)
    {
        number = datagram.Length >= NumberSize ? BinaryPrimitives.ReadInt64BigEndian(datagram) : -1;
        if (number < 0 || number >= _next)
            Difference ??= $"A datagram of {datagram.Length} bytes came back that was never sent.";
        else if (!datagram[NumberSize..].SequenceEqual(Data(number, DataLength(number))))
            Difference ??= $"Chunk {number} came back different.";
        return Difference is null;
    }

    private int DataLength(long number) => (int)Math.Min(_dataSize, _totalBytes - number * _dataSize);

    private ReadOnlySpan<byte> Data(long number, int length) => _pattern.AsSpan((int)(number * PatternStep % PatternSize), length);
}
