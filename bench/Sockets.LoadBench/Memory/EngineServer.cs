using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.LoadBench.Memory;

/// <summary>The engine alone: one endpoint behind a socket, driven by one thread.</summary>
internal sealed class EngineServer : IIdleServer
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    private readonly SystemSocket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly DtlsEndpoint _endpoint;
    private readonly List<DtlsConnection> _connections = [];
    private readonly List<DtlsConnection> _toAnswer = [];
    private readonly byte[] _received = GC.AllocateArray<byte>(2048, pinned: true);
    private readonly byte[] _sent = new byte[2048];
    private readonly SocketAddress _address = new(AddressFamily.InterNetwork);
    private readonly Thread _thread;
    private volatile bool _isStopped;

    public EngineServer(CryptoProvider provider)
    {
        _socket.ReceiveBufferSize = 4 << 20;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        TestCertificate certificate = TestCertificates.EcdsaP256;
        _endpoint = new DtlsEndpoint(new DtlsEndpointConfig
        {
            MaxConnections = 1_000_000,
            Server = new DtlsConfig
            {
                Crypto = provider,
                CipherSuites = [CipherSuite.Aes128GcmSha256],
                Credentials = [new DtlsCredential(certificate.Chain, provider.ImportPrivateKey(certificate.PrivateKey))],
            },
        });
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public int Port { get; }

    public int ConnectionCount => Volatile.Read(ref _count);

    private int _count;

    public void Dispose()
    {
        _isStopped = true;
        _thread.Join();
        _socket.Dispose();
        _endpoint.Dispose();
    }

    private static MonotonicTime Now() => new(Stopwatch.GetElapsedTime(0).Ticks);

    private static DtlsPath PathOf(SocketAddress address)
    {
        ReadOnlySpan<byte> bytes = address.Buffer.Span;
        return new DtlsPath(DtlsAddress.FromIPv4(bytes.Slice(4, 4), (bytes[2] << 8) | bytes[3]));
    }

    private void Run()
    {
        while (!_isStopped)
        {
            MonotonicTime now = Now();
            MonotonicTime due = _endpoint.NextTimeout;
            TimeSpan wait = due == MonotonicTime.Never || due - now > LongestWait ? LongestWait : due - now;
            if (_socket.Poll(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, SelectMode.SelectRead))
                Receive(Now());
            now = Now();
            if (_endpoint.NextTimeout <= now)
                _endpoint.HandleTimeout(now);
            Drain(now);
        }
    }

    private void Receive(MonotonicTime now)
    {
        int length = _socket.ReceiveFrom(_received, SocketFlags.None, _address);
        var sink = new AnswerSink(_toAnswer);
        _endpoint.HandleDatagram(PathOf(_address), _received.AsSpan(0, length), now, ref sink);
        foreach (DtlsConnection connection in _toAnswer)
        {
            if (connection.Write("idle"u8, now, _sent, out int written) == DtlsWriteResult.Success)
                _socket.SendTo(_sent.AsSpan(0, written), SocketFlags.None, _address);
        }

        _toAnswer.Clear();
    }

    private void Drain(MonotonicTime now)
    {
        while (_endpoint.PollEvent(out DtlsEvent dtlsEvent))
        {
            DtlsConnection connection = dtlsEvent.Connection;
            if (dtlsEvent.Kind == DtlsEventKind.SignatureRequired && connection.PendingSignature is { } request)
                connection.CompleteSignature(request.Credential.Signer!.Sign(request.Scheme, request.Content.Span), now);
            if (dtlsEvent.Kind != DtlsEventKind.Connected)
                continue;
            _connections.Add(connection);
            Volatile.Write(ref _count, _connections.Count);
        }

        for (DtlsTransmit transmit; !(transmit = _endpoint.PollTransmit(_sent)).IsEmpty;)
        {
            // The tests' peers are answered where they are: one socket, IPv4.
            _socket.SendTo(_sent.AsSpan(0, transmit.Length), SocketFlags.None, transmit.Path.Remote.ToEndPoint().Serialize());
        }
    }

    private readonly struct AnswerSink(List<DtlsConnection> connections) : IDtlsSink
    {
        public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data) => connections.Add(connection);
    }
}
