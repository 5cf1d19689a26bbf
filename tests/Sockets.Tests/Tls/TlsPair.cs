using System.Net;
using System.Net.Sockets;
using Sockets.Links;
using Sockets.Tests.Platform;

namespace Sockets.Tests.Tls;

/// <summary>Two of our sockets under TLS over loopback, with the links below them.</summary>
internal sealed class TlsPair : IAsyncDisposable
{
    public const string HostName = "server.example";

    private TlsPair(SocketLink clientLink, SocketLink serverLink)
    {
        Client = new Socket(clientLink, SocketTransport.Stream, TimeProvider.System);
        Server = new Socket(serverLink, SocketTransport.Stream, TimeProvider.System);
    }

    public Socket Client { get; }

    public Socket Server { get; }

    public static Task<TlsPair> OpenAsync(TlsClientContext client, TlsServerContext server, string? host = HostName, int? bufferSize = null) =>
        OpenAsync(client, server, Tcp(bufferSize), host);

    /// <summary>
    /// Over Unix sockets with little room: what they do not take, they take only when something is received. TCP finds room later too,
    /// when what is on its way has got to the other end.
    /// </summary>
    public static Task<TlsPair> OpenNarrowAsync(TlsClientContext client, TlsServerContext server)
    {
        SystemPair system = SystemPair.Unix(); // its sockets have new owners
        system.First.SendBufferSize = system.Second.SendBufferSize = 4096;
        return OpenAsync(client, server, (system.First, system.Second), HostName);
    }

    private static async Task<TlsPair> OpenAsync(TlsClientContext client, TlsServerContext server, (SystemSocket Near, SystemSocket Far) ends, string? host)
    {
        (SystemSocket near, SystemSocket far) = ends;
        var pair = new TlsPair(client.Links.Wrap(new PlainLink(near), host), server.Links.Wrap(new PlainLink(far)));
        try
        {
            await Task.WhenAll(pair.Client.Link.OpenAsync(default).AsTask(), pair.Server.Link.OpenAsync(default).AsTask()).WaitAsync(Waiting.HangGuard);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>What became of both ends of a handshake that is expected to fail: null is an end that is open.</summary>
    public static async Task<(SocketFailureException? Client, SocketFailureException? Server)> TryOpenAsync(TlsClientContext client, TlsServerContext server, string? host = HostName)
    {
        (SystemSocket near, SystemSocket far) = Tcp(null);
        await using var pair = new TlsPair(client.Links.Wrap(new PlainLink(near), host), server.Links.Wrap(new PlainLink(far)));
        Task<SocketFailureException?> clientEnd = ClientEndAsync(pair.Client);
        Task<SocketFailureException?> serverEnd = FailureAsync(pair.Server.Link.OpenAsync(default).AsTask(), pair.Server);
        return (await clientEnd.WaitAsync(Waiting.HangGuard), await serverEnd.WaitAsync(Waiting.HangGuard));
    }

    /// <summary>Not open yet, for tests that drive it themselves.</summary>
    public static TlsPair Closed(TlsClientContext client, TlsServerContext server, string? host = HostName, int? bufferSize = null)
    {
        (SystemSocket near, SystemSocket far) = Tcp(bufferSize);
        return new TlsPair(client.Links.Wrap(new PlainLink(near), host), server.Links.Wrap(new PlainLink(far)));
    }

    /// <summary>Two connected system sockets that do not block.</summary>
    public static (SystemSocket Near, SystemSocket Far) Tcp(int? bufferSize)
    {
        using var listener = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (bufferSize is { } size)
            listener.SendBufferSize = size; // a receive buffer as small has the system move 2 KB every 200 ms (a window below the segment size)
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var near = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (bufferSize is { } nearSize)
            near.SendBufferSize = nearSize;
        near.Connect(listener.LocalEndPoint!);
        SystemSocket far = listener.Accept();
        foreach (SystemSocket socket in (SystemSocket[])[near, far])
        {
            socket.NoDelay = true;
            socket.Blocking = false;
        }

        return (near, far);
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        Server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<SocketFailureException?> ClientEndAsync(Socket client)
    {
        try
        {
            await client.Link.OpenAsync(default);
            // Under TLS 1.3 the server's verdict on the client comes after the client's handshake is done.
            await client.SendAsync(new byte[] { 1 });
            await client.ShutdownSendAsync();
            await client.ReceiveAsync(new byte[1]);
            return null;
        }
        catch (SocketFailureException exception)
        {
            client.Dispose();
            return exception;
        }
    }

    private static async Task<SocketFailureException?> FailureAsync(Task task, Socket socket)
    {
        try
        {
            await task;
            await socket.ReceiveAsync(new byte[1]);
            await socket.ShutdownSendAsync();
            return null;
        }
        catch (SocketFailureException exception)
        {
            return exception;
        }
        finally
        {
            // What is still to be read first: a close with unread data would be a reset that overtakes the alert.
            if (socket.Link.Underlying is { } system)
            {
                try
                {
                    system.Shutdown(SocketShutdown.Send);
                    while (await system.ReceiveAsync(new byte[4096]).WaitAsync(Waiting.HangGuard) > 0)
                    {
                    }
                }
                catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
                {
                    // Gone.
                }
            }

            socket.Dispose();
        }
    }
}
