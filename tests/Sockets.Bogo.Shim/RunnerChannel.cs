using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using TcpSocket = System.Net.Sockets.Socket;

namespace Sockets.Bogo.Shim;

/// <summary>The TCP connection to the runner: datagrams and commands, framed. Output waits for <see cref="Flush"/>.</summary>
internal sealed class RunnerChannel : IDisposable
{
    private const int MaxFrame = 1 << 20;

    private readonly TcpSocket _socket;
    private byte[] _input = new byte[1 << 16];
    private int _start;
    private int _end;
    private byte[] _output = new byte[1 << 12];
    private int _pending;

    private RunnerChannel(TcpSocket socket) => _socket = socket;

    /// <summary>Connects and says which test this is.</summary>
    public static RunnerChannel Connect(bool useIPv6, int port, ulong shimId)
    {
        IPAddress address = useIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        var socket = new TcpSocket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(address, port);
            var channel = new RunnerChannel(socket);
            BinaryPrimitives.WriteUInt64LittleEndian(channel.Reserve(8), shimId);
            channel.Flush();
            return channel;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next frame.</summary>
    /// <param name="opcode">What it is.</param>
    /// <param name="body">Its body; may be written to, and is valid until the next call.</param>
    /// <returns>False at the end of the stream.</returns>
    public bool TryRead(out Opcode opcode, out Span<byte> body)
    {
        opcode = default;
        body = default;
        if (!TryFill(1))
            return false;
        opcode = (Opcode)_input[_start];
        switch (opcode)
        {
            case Opcode.Packet:
                if (!TryFill(5))
                    return false;
                uint length = BinaryPrimitives.ReadUInt32BigEndian(_input.AsSpan(_start + 1));
                if (length > MaxFrame)
                    throw new ShimFailureException($"Framing: a datagram of {length} bytes.");
                return TryTake(5, (int)length, out body);
            case Opcode.Timeout or Opcode.ExpectTimeout:
                return TryTake(1, 8, out body);
            case Opcode.DatagramSize or Opcode.UpdateTimeout:
                return TryTake(1, 4, out body);
            default:
                throw new ShimFailureException($"Framing: unknown opcode 0x{(byte)opcode:x2}.");
        }
    }

    /// <summary>Appends a datagram to the output.</summary>
    public void SendPacket(ReadOnlySpan<byte> datagram)
    {
        Span<byte> frame = Reserve(5 + datagram.Length);
        frame[0] = (byte)Opcode.Packet;
        BinaryPrimitives.WriteInt32BigEndian(frame[1..], datagram.Length);
        datagram.CopyTo(frame[5..]);
    }

    /// <summary>Appends the answer to <see cref="Opcode.Timeout"/>.</summary>
    public void SendTimeoutAck() => Reserve(1)[0] = (byte)Opcode.TimeoutAck;

    /// <summary>Writes the output.</summary>
    public void Flush()
    {
        int sent = 0;
        while (sent < _pending)
            sent += _socket.Send(_output.AsSpan(sent.._pending));
        _pending = 0;
    }

    /// <summary>Says that nothing follows, and reads what is left: unread data would turn the close into a reset.</summary>
    public void Finish()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            while (_socket.Receive(_input) > 0)
            {
                // what comes after the end is not looked at
            }
        }
        catch (SocketException)
        {
            // the runner was faster
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool TryTake(int header, int length, out Span<byte> body)
    {
        body = default;
        if (!TryFill(header + length))
            return false;
        body = _input.AsSpan(_start + header, length);
        _start += header + length;
        return true;
    }

    private bool TryFill(int count)
    {
        if (_end - _start >= count)
            return true;
        if (_start > 0)
        {
            _input.AsSpan(_start.._end).CopyTo(_input);
            _end -= _start;
            _start = 0;
        }

        if (count > _input.Length)
            Array.Resize(ref _input, count);
        while (_end < count)
        {
            int received = _socket.Receive(_input.AsSpan(_end));
            if (received == 0)
                return false;
            _end += received;
        }

        return true;
    }

    private Span<byte> Reserve(int count)
    {
        if (_output.Length - _pending < count)
            Array.Resize(ref _output, Math.Max(_output.Length * 2, _pending + count));
        _pending += count;
        return _output.AsSpan(_pending - count, count);
    }
}
