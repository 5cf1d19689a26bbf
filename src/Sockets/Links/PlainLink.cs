using System;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links;

/// <summary>A stream of bytes as they are: TCP or Unix. Below TLS as well.</summary>
internal sealed partial class PlainLink : SocketLink
{
    // struct tcp_info begins with the state: TCP_CLOSE.
    private const int TcpLevel = 6;
    private const int TcpInformation = 11;
    private const byte TcpClosed = 7;

    private readonly SystemSocket _socket;
    private readonly SafeSocketHandle _handle;
    private readonly string _name;
    private readonly Deadline _deadline;
    private readonly Action<SystemSocket>? _connected;
    private bool _isConnected;
    private volatile bool _isShutdown;

    /// <param name="socket">Not blocking; connected, or on the way.</param>
    /// <param name="isConnected">Whether it is connected already.</param>
    public PlainLink(SystemSocket socket, bool isConnected = true)
    {
        _socket = socket;
        _handle = socket.SafeHandle;
        _isConnected = isConnected;
        RemoteEndPoint = isConnected ? socket.RemoteEndPoint : null;
        _name = RemoteEndPoint?.ToString() ?? "the peer";
    }

    /// <summary>On its way to <paramref name="target"/>.</summary>
    private PlainLink(SystemSocket socket, EndPoint target, Deadline deadline, Action<SystemSocket> connected)
    {
        _socket = socket;
        _handle = socket.SafeHandle;
        _deadline = deadline;
        _connected = connected;
        RemoteEndPoint = target;
        _name = target.ToString()!;
    }

    public override bool IsDatagram => false;

    public override EndPoint? LocalEndPoint => _socket.LocalEndPoint;

    public override EndPoint? RemoteEndPoint { get; }

    public override SystemSocket Underlying => _socket;

    public override bool IsOpen => _isConnected;

    public override bool IsBare => _isConnected;

    public override LinkWants Wants => _isConnected ? LinkWants.None : LinkWants.Write;

    public override long NextTimeout => _isConnected ? long.MaxValue : _deadline.Timestamp;

    /// <summary>Begins to connect without waiting.</summary>
    /// <param name="socket">Not blocking.</param>
    /// <param name="target">Where to.</param>
    /// <param name="deadline">When it has failed.</param>
    /// <param name="connected">Called once it is connected, before anything else happens to it.</param>
    public static PlainLink StartConnect(SystemSocket socket, EndPoint target, Deadline deadline, Action<SystemSocket> connected)
    {
        try
        {
            socket.Connect(target);
            connected(socket);
            return new PlainLink(socket);
        }
        catch (SocketException exception) when (target is UnixDomainSocketEndPoint unix && exception.SocketErrorCode == SocketError.WouldBlock)
        {
            throw QueueIsFull(unix, exception);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            return new PlainLink(socket, target, deadline, connected);
        }
        catch (SocketException exception)
        {
            throw SocketFailureException.From(exception, $"Connecting to {target}");
        }
    }

    /// <summary>Linux says EAGAIN where others refuse; nothing is on its way then.</summary>
    public static SocketFailureException QueueIsFull(UnixDomainSocketEndPoint target, SocketException exception) =>
        new(SocketFailureReason.ConnectionRefused, $"Connecting to {target} failed: the server's queue of connections is full. Try again later.", exception);

    public override bool Progress()
    {
        if (_isConnected)
            return true;
        if (!_socket.Poll(0, SelectMode.SelectWrite) && !_socket.Poll(0, SelectMode.SelectError))
        {
            return _deadline.IsExpired
                ? throw new SocketFailureException(SocketFailureReason.TimedOut, $"Connecting to {_name} did not complete within {_deadline.Timeout.TotalSeconds:0.###} s.")
                : false;
        }

        var error = (SocketError)(int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error != SocketError.Success)
            throw SocketFailureException.From(error, $"Connecting to {_name}");
        _connected?.Invoke(_socket);
        _isConnected = true;
        return true;
    }

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        // An empty send on a connection that is being made waits until it is made; nothing is sent.
        WaitOutside();
        while (!Progress())
            await _socket.SendAsync(ReadOnlyMemory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
    }

    public override int TryReceive(Span<byte> buffer)
    {
        SocketError error = StreamIo.TryReceive(_socket, _handle, buffer, out int count);
        return error == SocketError.Success ? ToReceived(count, buffer.Length) : ToBlocked(error);
    }

    public override int TryReceive(ReadOnlySpan<Memory<byte>> buffers)
    {
        bool isEmpty = true;
        foreach (Memory<byte> buffer in buffers)
            isEmpty &= buffer.IsEmpty;
        if (isEmpty)
            return TryReceive(Span<byte>.Empty);
        SocketError error = VectorIo.TryReceive(_socket, buffers, out int received, out _);
        if (error == SocketError.Success)
            return received == 0 ? End : received;
        return error == SocketError.WouldBlock ? WouldBlock : throw SocketFailureException.From(error, $"Receiving from {_name}");
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        WaitOutside();
        return _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
    }

    public override int TrySend(ReadOnlySpan<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        SocketError error = StreamIo.TrySend(_socket, _handle, buffer, out int count);
        if (error == SocketError.Success)
            return count;
        return error == SocketError.WouldBlock ? WouldBlock : throw SocketFailureException.From(error, $"Sending to {_name}");
    }

    /// <summary>
    /// What cannot be cancelled needs no exact count under way: the platform waits for room and sends all of it. (By default the
    /// wait is for one byte's.)
    /// </summary>
    public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            return base.SendAsync(buffer, cancellationToken);
        int sent = Math.Max(TrySend(buffer.Span), 0);
        if (sent == buffer.Length)
            return new ValueTask<int>(sent);
        WaitOutside();
        return SendRestAsync(sent, _socket.SendAsync(buffer[sent..], SocketFlags.None, CancellationToken.None));
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private static async ValueTask<int> SendRestAsync(int sent, ValueTask<int> sending) => sent + await sending.ConfigureAwait(false);

    public override int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers)
    {
        bool isEmpty = true;
        foreach (ReadOnlyMemory<byte> buffer in buffers)
            isEmpty &= buffer.IsEmpty;
        if (isEmpty)
            return 0;
        SocketError error = VectorIo.TrySend(_socket, buffers, out int sent);
        if (error == SocketError.Success)
            return sent;
        return error == SocketError.WouldBlock ? WouldBlock : throw SocketFailureException.From(error, $"Sending to {_name}");
    }

    public override long TrySendFile(SafeFileHandle file, long offset, long count)
    {
        SocketError error;
        long sent;
        WaitOutside();
        try
        {
            error = SendFile.TrySend(_socket, file, offset, count, out sent);
        }
        catch (ObjectDisposedException exception) when (file.IsClosed)
        {
            throw FileReader.Unreadable(exception);
        }

        return error switch
        {
            SocketError.Success => sent,
            SocketError.WouldBlock => WouldBlock,
            // Reading it says why it cannot be read (EBADF: not open for reading), or shows that only the kernel could not.
            SocketError.OperationNotSupported or SocketError.Fault or SocketError.OperationAborted => base.TrySendFile(file, offset, count),
            _ => throw SocketFailureException.From(error, $"Sending a file to {_name}"),
        };
    }

    public override ValueTask<int> SendWhenReadyAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken)
    {
        WaitOutside();
        return _socket.SendAsync(next[..1], SocketFlags.None, cancellationToken);
    }

    /// <summary>
    /// The system tells of a reset once, to a send or to a receive; the other one finds the connection closed, as after the
    /// peer's end. But an end alone does not close it while our side is open.
    /// </summary>
    public override void ConfirmEnd()
    {
        if (_isShutdown || !OperatingSystem.IsLinux() || _socket.ProtocolType != ProtocolType.Tcp)
            return;
        Span<byte> state = stackalloc byte[1];
        if (_socket.GetRawSocketOption(TcpLevel, TcpInformation, state) == 1 && state[0] == TcpClosed)
            throw SocketFailureException.From(SocketError.ConnectionReset, $"Receiving from {_name}");
    }

    public override bool TryShutdownSend()
    {
        _isShutdown = true;
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.NotConnected or SocketError.ConnectionReset)
        {
            // Nobody is there to be told.
        }

        return true;
    }

    /// <summary>
    /// After the last words: ends our side and takes what still comes, until the peer has ended its side too or
    /// has sent too much. A close with unread bytes would be a reset, which can take away from the peer what it has not read yet.
    /// Never fails.
    /// </summary>
    public async ValueTask LingerAsync(CancellationToken cancellationToken)
    {
        const int Most = 64 * 1024;
        WaitOutside();
        byte[] discarded = System.Buffers.ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            for (int total = 0; total < Most;)
            {
                int count = await _socket.ReceiveAsync(discarded, SocketFlags.None, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    return;
                total += count;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Gone, or out of time.
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(discarded);
        }
    }

    public override bool Wait(LinkWants wants, TimeSpan timeout) => SystemSocketWait.Wait(_socket, wants, timeout);

    public override void Abort()
    {
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (SocketException)
        {
            // Some systems refuse once the peer has gone: nothing is left to reset.
        }

        _socket.Dispose();
    }

    public override void Dispose() => _socket.Dispose();

    private int ToBlocked(SocketError error) =>
        error == SocketError.WouldBlock ? WouldBlock : throw SocketFailureException.From(error, $"Receiving from {_name}");

    private static int ToReceived(int count, int length) => count == 0 && length > 0 ? End : count;
}
