using Sockets.LoadBench.Streams;

namespace Sockets.LoadBench.Plain;

/// <summary>Ours without security.</summary>
internal sealed class PlainContender : IStreamContender
{
    public string Name => "plain";

    public (StreamEnd Near, StreamEnd Far) Connect(int size, StreamStyle style)
    {
        SocketClientOptions client = new SocketClientOptions().UsePlaintext();
        SocketListenerOptions server = new SocketListenerOptions().UsePlaintext();
        (Socket near, Socket far) = style == StreamStyle.Blocking ? ProductPair.ConnectDriven(client, server) : ProductPair.Connect(client, server);
        return (new ProductEnd(near, size), new ProductEnd(far, size));
    }
}
