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

    public static (Socket Near, Socket Far) ConnectPlain(EndPoint? endPoint = null) =>
        Connect(new SocketClientOptions().UsePlaintext(), new SocketListenerOptions().UsePlaintext(), endPoint);
}
