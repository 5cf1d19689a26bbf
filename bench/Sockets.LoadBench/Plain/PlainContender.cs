using Sockets.LoadBench.Streams;

namespace Sockets.LoadBench.Plain;

/// <summary>Ours without security.</summary>
internal sealed class PlainContender : IStreamContender
{
    public string Name => "plain";

    public (StreamEnd Near, StreamEnd Far) Connect(int size)
    {
        (Socket near, Socket far) = ProductPair.ConnectPlain();
        return (new ProductEnd(near, size), new ProductEnd(far, size));
    }
}
