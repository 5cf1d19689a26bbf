using System;
using System.Net;
using System.Threading.Tasks;

namespace Sockets.LoadBench.Streams;

/// <summary>Two of our sockets.</summary>
internal static class ProductPair
{
    /// <param name="client">How the client connects.</param>
    /// <param name="server">How the server listens.</param>
    /// <param name="endPoint">Where. Null: loopback.</param>
    public static (Socket Near, Socket Far) Connect(SocketClientOptions client, SocketListenerOptions server, EndPoint? endPoint = null)
    {
        SocketListener listener = SocketListener.Bind(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0), server);
        Task<Socket> accepting = listener.AcceptAsync().AsTask();
        Socket near = Socket.Connect(listener.LocalEndPoint, client);
        Socket far = accepting.GetAwaiter().GetResult();
        listener.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return (near, far);
    }

    /// <summary>
    /// As <see cref="Connect"/>, for connections that no asynchronous call is made on: with <see cref="SocketOptions.DrivenByPoll"/>
    /// on both ends, so that the platform's own engine does not watch them too.
    /// </summary>
    public static (Socket Near, Socket Far) ConnectDriven(SocketClientOptions client, SocketListenerOptions server, EndPoint? endPoint = null)
    {
        client.DrivenByPoll = true;
        server.DrivenByPoll = true;
        SocketListener listener = SocketListener.Bind(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0), server);
        Socket near = Socket.StartConnect(listener.LocalEndPoint, client);
        Socket? far = null;
        using (var poll = new SocketPoll())
        {
            poll.Add(listener);
            poll.Add(near, SocketEvents.Connected);
            var events = new SocketPollEvent[4];
            while (far is null || near.State != SocketState.Open || far.State != SocketState.Open)
            {
                poll.Wait(events, TimeSpan.FromSeconds(5));
                if (far is null && listener.TryAccept(out far))
                    poll.Add(far, SocketEvents.Connected);
            }
        }

        listener.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return (near, far);
    }
}
