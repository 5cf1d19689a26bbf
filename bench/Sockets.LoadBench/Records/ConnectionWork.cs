using System;
using System.Runtime.InteropServices;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.LoadBench.Records;

/// <summary>Two connected ends, writing or handling datagrams of one record.</summary>
internal sealed class ConnectionWork : LoadWork
{
    private const int HeaderAndTag = 64;
    private const ulong RecordsPerConnection = 16_000_000;

    private readonly CryptoProvider _provider;
    private readonly CipherSuite _suite;
    private readonly bool _isOpen;
    private readonly int _count;
    private readonly int _stride;
    private readonly WanderingStack _stack = new();
    private readonly byte[] _content;
    private readonly byte[] _slab;
    private readonly Action _write;
    private readonly Action _handle;
    private DtlsPair _pair;

    public ConnectionWork(CryptoProvider provider, CipherSuite suite, int size, bool isOpen)
    {
        _provider = provider;
        _suite = suite;
        _isOpen = isOpen;
        _count = LoadSizes.Batch(size, isOpen);
        _stride = size + HeaderAndTag;
        _content = new byte[size];
        _slab = GC.AllocateArray<byte>((isOpen ? _count : 1) * _stride, pinned: true);
        _write = Write;
        _handle = Handle;
        _pair = Connect();
    }

    public override string Name => $"connection, {_provider.Name.Split(" over ")[0]}";

    public override void RunSlice(CpuClock clock) => _stack.Run(() => RunBatches(clock));

    public override void Dispose() => _pair.Dispose();

    private void RunBatches(CpuClock clock)
    {
        for (int i = 0; i < LoadSizes.Batches(_isOpen); i++)
        {
            if (_pair.Client.Connection.Statistics.RecordsSent > RecordsPerConnection)
            {
                _pair.Dispose();
                _pair = Connect();
            }

            if (_isOpen)
            {
                Write();
                clock.Measure(_handle, _count);
            }
            else
            {
                clock.Measure(_write, _count);
            }
        }
    }

    private void Write()
    {
        DtlsConnection client = _pair.Client.Connection;
        MonotonicTime now = _pair.Network.Clock.Now;
        for (int i = 0; i < _count; i++)
        {
            if (client.Write(_content, now, _slab.AsSpan(_isOpen ? i * _stride : 0, _stride), out _) != DtlsWriteResult.Success)
                throw new InvalidOperationException("A record was not written.");
        }
    }

    private void Handle()
    {
        DtlsConnection server = _pair.Server.Connection;
        DtlsPath path = server.Path;
        MonotonicTime now = _pair.Network.Clock.Now;
        var sink = default(CountingSink);
        int length = _content.Length + 5 + 1 + CipherSuites.TagLength;
        for (int i = 0; i < _count; i++)
            server.HandleDatagram(path, _slab.AsSpan(i * _stride, length), now, ref sink);
        if (sink.Records != _count)
            throw new InvalidOperationException("A record did not arrive.");
    }

    private DtlsPair Connect()
    {
        DtlsPair pair = DtlsPair.Create(_provider, client: config => config with
        {
            CipherSuites = [_suite],
            MaxDatagramSize = Math.Max(config.MaxDatagramSize, _stride),
        });
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromMinutes(5));
        return pair;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct CountingSink : IDtlsSink
    {
        public int Records { get; private set; }

        public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data) => Records++;
    }
}
