using System.Net;

namespace Sockets.Tests.Listening;

/// <summary>Plain listeners and clients of this machine, as the tests of listeners need them.</summary>
internal static class Listeners
{
    public static IPEndPoint AnyPort => new(IPAddress.Loopback, 0);

    public static SocketListenerOptions Plain => new SocketListenerOptions().UsePlaintext();

    public static SocketListenerOptions PlainDatagrams => new SocketListenerOptions { Transport = SocketTransport.Datagram }.UsePlaintext();

    public static SocketClientOptions Client => new SocketClientOptions().UsePlaintext();

    public static SocketClientOptions DatagramClient => new SocketClientOptions { Transport = SocketTransport.Datagram }.UsePlaintext();

    public static ValueTask<Socket> ConnectAsync(this SocketListener listener) => Socket.ConnectAsync(listener.LocalEndPoint, Client, Guard);

    /// <summary>A system socket that is connected as soon as the listener's backlog has it.</summary>
    public static async Task<SystemSocket> ConnectSystemSocketAsync(this SocketListener listener)
    {
        EndPoint target = listener.LocalEndPoint;
        var socket = target is System.Net.Sockets.UnixDomainSocketEndPoint
            ? new SystemSocket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified)
            : new SystemSocket(target.AddressFamily, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, Guard);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What is in the backlog, or will be: a client is connected a moment before the listener has its last word.</summary>
    public static async Task<Socket> TakeAsync(this SocketListener listener)
    {
        Socket? taken = null;
        await UntilAsync(() => listener.TryAccept(out taken));
        return taken!;
    }

    /// <summary>Ends a wait that hangs, so that a test fails instead of the run.</summary>
    public static CancellationToken Guard => new CancellationTokenSource(Waiting.HangGuard).Token;

    /// <summary>Echoes one message there and back.</summary>
    public static async Task ExchangeAsync(Socket one, Socket other)
    {
        byte[] buffer = new byte[16];
        await one.SendAsync("ping"u8.ToArray(), Guard);
        Assert.Equal(4, (await other.ReceiveAsync(buffer, Guard)).Count);
        Assert.Equal("ping"u8, buffer.AsSpan(0, 4));
        await other.SendAsync("pong"u8.ToArray(), Guard);
        Assert.Equal(4, (await one.ReceiveAsync(buffer, Guard)).Count);
        Assert.Equal("pong"u8, buffer.AsSpan(0, 4));
    }

    /// <summary>Waits for a state that another thread brings about, giving it the processor meanwhile.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        CancellationToken guard = Guard;
        while (!condition())
        {
            guard.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public static async Task AssertClosedAsync(Func<Task> operation)
    {
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(operation);
        Assert.Equal(SocketFailureReason.Closed, failure.Reason);
    }
}
