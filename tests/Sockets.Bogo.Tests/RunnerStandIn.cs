using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sockets.Dtls;
using TcpSocket = System.Net.Sockets.Socket;

namespace Sockets.Bogo.Tests;

/// <summary>
/// What the shim needs of BoringSSL's runner: it listens, starts the shim, speaks the framing, and puts our own engine
/// on the other side.
/// </summary>
internal sealed class RunnerStandIn : IDisposable
{
    public const ulong ShimId = 0x1122334455667788;

    private const int PatienceMilliseconds = 60_000;

    private readonly ShimProcess _process;
    private readonly TcpSocket _socket;
    private readonly byte[] _buffer = new byte[65_536];

    public RunnerStandIn(params ReadOnlySpan<string> flags)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        _process = ShimProcess.Start(["-port", port, "-shim-id", ShimId.ToString(CultureInfo.InvariantCulture), "-dtls", .. flags]);
        listener.Server.ReceiveTimeout = PatienceMilliseconds;
        Assert.True(listener.Server.Poll(PatienceMilliseconds * 1000, SelectMode.SelectRead), "the shim did not connect");
        _socket = listener.AcceptSocket();
        _socket.ReceiveTimeout = PatienceMilliseconds;
        _socket.NoDelay = true;
        FirstBytes = Read(8);
    }

    /// <summary>What the shim says before any frame.</summary>
    public byte[] FirstBytes { get; }

    /// <summary>Content of the application records that came.</summary>
    public List<byte[]> Received { get; } = [];

    /// <summary>Sends what the engine has and takes datagrams until <paramref name="done"/>.</summary>
    public void Drive(DtlsConnection peer, Func<bool> done)
    {
        while (true)
        {
            Drain(peer);
            if (done())
                return;
            byte[] datagram = ReadPacket();
            var sink = new Sink(Received);
            peer.HandleDatagram(default, datagram, MonotonicTime.Zero, ref sink);
        }
    }

    public void Write(DtlsConnection peer, ReadOnlySpan<byte> content)
    {
        Assert.Equal(DtlsWriteResult.Success, peer.Write(content, MonotonicTime.Zero, _buffer, out int length));
        SendPacket(_buffer.AsSpan(0, length));
    }

    public byte ReadOpcode() => Read(1)[0];

    public byte[] ReadPacket()
    {
        Assert.Equal((byte)'P', ReadOpcode());
        return Read(BinaryPrimitives.ReadInt32BigEndian(Read(4)));
    }

    /// <summary>Lets time pass at the shim; the next thing it sends is the acknowledgement.</summary>
    public void Advance(TimeSpan time)
    {
        Command64('T', time);
        Assert.Equal((byte)'t', ReadOpcode());
    }

    public void ExpectTimer(TimeSpan? time) => Command64('E', time);

    public void SetDatagramSize(int bytes) => Command32('M', bytes);

    public void SetTimeout(TimeSpan time) => Command32('U', (int)time.TotalMilliseconds);

    /// <summary>Ends the stream; what the shim still sends is lost.</summary>
    public ShimResult Finish()
    {
        _socket.Shutdown(SocketShutdown.Send);
        return _process.WaitForExit();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _process.Dispose();
    }

    private void Drain(DtlsConnection peer)
    {
        bool any = true;
        while (any)
        {
            any = false;
            for (DtlsTransmit transmit = peer.PollTransmit(_buffer); !transmit.IsEmpty; transmit = peer.PollTransmit(_buffer))
                SendPacket(_buffer.AsSpan(0, transmit.Length));
            while (peer.PollEvent(out DtlsEvent raised))
            {
                any = true;
                if (raised.Kind == DtlsEventKind.CertificateVerificationRequired)
                    peer.CompleteCertificateVerification(null, MonotonicTime.Zero);
                if (raised.Kind == DtlsEventKind.SignatureRequired && peer.PendingSignature is { } request)
                    peer.CompleteSignature(request.Credential.Signer!.Sign(request.Scheme, request.Content.Span), MonotonicTime.Zero);
            }
        }
    }

    private void SendPacket(ReadOnlySpan<byte> datagram)
    {
        byte[] frame = new byte[5 + datagram.Length];
        frame[0] = (byte)'P';
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), datagram.Length);
        datagram.CopyTo(frame.AsSpan(5));
        _socket.Send(frame);
    }

    private void Command64(char opcode, TimeSpan? time)
    {
        byte[] frame = new byte[9];
        frame[0] = (byte)opcode;
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(1), time is { } value ? (ulong)value.Ticks * 100 : ulong.MaxValue);
        _socket.Send(frame);
    }

    private void Command32(char opcode, int value)
    {
        byte[] frame = new byte[5];
        frame[0] = (byte)opcode;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), value);
        _socket.Send(frame);
    }

    private byte[] Read(int count)
    {
        byte[] bytes = new byte[count];
        for (int read = 0; read < count;)
        {
            int received = _socket.Receive(bytes.AsSpan(read));
            if (received == 0)
                Assert.Fail($"the shim ended the stream: {Finish()}");
            read += received;
        }

        return bytes;
    }

    private readonly struct Sink(List<byte[]> received) : IDtlsSink
    {
        public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data) => received.Add(data.ToArray());
    }
}
