using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sockets.Dtls;

namespace Sockets.LoadBench.Memory;

/// <summary>One client on an address of its own, which connects, sends a record, and waits for one.</summary>
internal sealed class IdleClient : IDisposable
{
    private const int LocalPort = 40_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SystemSocket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly DtlsConnection _connection;
    private readonly DtlsPath _path;
    private readonly byte[] _buffer;
    private int _answers;
    private int _updates;

    /// <param name="config">The client's.</param>
    /// <param name="number">Chooses its address among those of the loopback: up to 2^22.</param>
    /// <param name="port">Where the server listens.</param>
    /// <param name="buffer">For this client and others of the thread.</param>
    public IdleClient(DtlsConfig config, int number, int port, byte[] buffer)
    {
        _buffer = buffer;
        _socket.Bind(new IPEndPoint(new IPAddress([127, (byte)(1 + (number >> 16)), (byte)(number >> 8), (byte)number]), LocalPort));
        _socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        _path = new DtlsPath(DtlsAddress.FromIPv4([127, 0, 0, 1], port));
        _connection = DtlsConnection.CreateClient(config, _path, Now());
    }

    /// <summary>Connects and exchanges one record each way.</summary>
    public void Open()
    {
        Pump(static client => client._connection.State == DtlsState.Connected);
        Exchange();
    }

    /// <summary>Replaces the keys of both sides and exchanges one record each way under them.</summary>
    public void UpdateKeys()
    {
        _updates = 0;
        if (!_connection.RequestKeyUpdate(Now(), requestPeerUpdate: true))
            throw new InvalidOperationException("The connection is not open.");
        Pump(static client => client._updates >= 2);
        Exchange();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _socket.Dispose();
    }

    private static MonotonicTime Now() => new(Stopwatch.GetElapsedTime(0).Ticks);

    private void Exchange()
    {
        _answers = 0;
        _connection.Write("idle"u8, Now(), _buffer, out int length);
        _socket.Send(_buffer.AsSpan(0, length), SocketFlags.None);
        Pump(static client => client._answers > 0);
    }

    private void Pump(Func<IdleClient, bool> isDone)
    {
        long start = Stopwatch.GetTimestamp();
        Drain();
        while (!isDone(this))
        {
            if (Stopwatch.GetElapsedTime(start) > Patience || _connection.Failure is not null)
                throw new InvalidOperationException($"A client came to rest: {_connection.Failure}");
            if (_socket.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead))
            {
                int length = _socket.Receive(_buffer, SocketFlags.None);
                var sink = new CountingSink(this);
                _connection.HandleDatagram(_path, _buffer.AsSpan(0, length), Now(), ref sink);
            }
            else
            {
                _connection.HandleTimeout(Now());
            }

            Drain();
        }
    }

    private void Drain()
    {
        while (_connection.PollEvent(out DtlsEvent dtlsEvent))
        {
            if (dtlsEvent.Kind == DtlsEventKind.CertificateVerificationRequired)
                _connection.CompleteCertificateVerification(null, Now()); // it is the server that is measured
            if (dtlsEvent.Kind is DtlsEventKind.WriteKeyUpdated or DtlsEventKind.ReadKeyUpdated)
                _updates++;
        }

        for (DtlsTransmit transmit; !(transmit = _connection.PollTransmit(_buffer)).IsEmpty;)
            _socket.Send(_buffer.AsSpan(0, transmit.Length), SocketFlags.None);
    }

    private readonly struct CountingSink(IdleClient client) : IDtlsSink
    {
        public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data) => client._answers++;
    }
}
