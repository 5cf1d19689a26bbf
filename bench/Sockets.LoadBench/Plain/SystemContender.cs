using Sockets.LoadBench.Streams;

namespace Sockets.LoadBench.Plain;

/// <summary>System.Net.Sockets.</summary>
internal sealed class SystemContender : IStreamContender
{
    public string Name => "socket";

    public (StreamEnd Near, StreamEnd Far) Connect(int size, StreamStyle style)
    {
        (SystemSocket near, SystemSocket far) = SystemPair.Connect();
        return (new SystemEnd(near, size), new SystemEnd(far, size));
    }
}
