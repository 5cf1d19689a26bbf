using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;

namespace Sockets.LoadBench.Records;

/// <summary>Two ends of one epoch, sealing or opening whole records.</summary>
internal sealed class RecordWork : LoadWork
{
    private const ulong Epoch = 3;
    private const int HeaderAndTag = 64;

    private readonly CryptoProvider _provider;
    private readonly CipherSuite _suite;
    private readonly bool _isOpen;
    private readonly int _count;
    private readonly int _stride;
    private readonly WanderingStack _stack = new();
    private readonly byte[] _content;
    private readonly byte[] _slab;
    private readonly Action _seal;
    private readonly Action _open;
    private WriteEpoch _write;
    private ReadEpoch _read;

    public RecordWork(CryptoProvider provider, CipherSuite suite, int size, bool isOpen)
    {
        _provider = provider;
        _suite = suite;
        _isOpen = isOpen;
        _count = LoadSizes.Batch(size, isOpen);
        _stride = size + HeaderAndTag;
        _content = new byte[size];
        _slab = GC.AllocateArray<byte>((isOpen ? _count : 1) * _stride, pinned: true);
        _seal = Seal;
        _open = Open;
        (_write, _read) = MakeEpochs();
    }

    public override string Name => $"record, {_provider.Name.Split(" over ")[0]}";

    public override void RunSlice(CpuClock clock) => _stack.Run(() => RunBatches(clock));

    public override void Dispose()
    {
        _write.Dispose();
        _read.Dispose();
    }

    private void RunBatches(CpuClock clock)
    {
        for (int i = 0; i < LoadSizes.Batches(_isOpen); i++)
        {
            if (_write.NeedsUpdate)
            {
                Dispose();
                (_write, _read) = MakeEpochs();
            }

            if (_isOpen)
            {
                Seal();
                clock.Measure(_open, _count);
            }
            else
            {
                clock.Measure(_seal, _count);
            }
        }
    }

    // Opening needs each record where it was sealed; sealing uses one place, as its peer does.
    private void Seal()
    {
        for (int i = 0; i < _count; i++)
            _write.Seal(_content, ContentType.ApplicationData, _slab.AsSpan(_isOpen ? i * _stride : 0, _stride), out _);
    }

    private void Open()
    {
        int length = _write.Overhead + _content.Length;
        for (int i = 0; i < _count; i++)
        {
            Span<byte> record = _slab.AsSpan(i * _stride, length);
            if (!UnifiedHeader.TryRead(record, out UnifiedHeader header) || !_read.TryOpen(header, record, out _))
                throw new InvalidOperationException("A record did not open.");
        }
    }

    private (WriteEpoch Write, ReadEpoch Read) MakeEpochs()
    {
        byte[] key = new byte[CipherSuites.KeyLength(_suite)];
        _provider.FillRandom(key);
        byte[] iv = new byte[CipherSuites.NonceLength];
        return (
            new WriteEpoch(Epoch, _provider.CreateRecordCipher(_suite, key, iv, key), RecordHeaderForm.Full, ulong.MaxValue),
            new ReadEpoch(Epoch, _provider.CreateRecordCipher(_suite, key, iv, key), 256));
    }
}
