using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Tests.Polling;

/// <summary>One of our sockets over a <see cref="ScriptedLink"/>. The system's socket below is never used, only watched.</summary>
internal sealed class ScriptedSocket : IDisposable
{
    private readonly SystemSocket? _system;

    public ScriptedSocket(bool hasSystemSocket = true, TimeProvider? timeProvider = null)
    {
        _system = hasSystemSocket ? new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) : null;
        Link = new ScriptedLink(_system);
        Socket = new Socket(Link, SocketTransport.Stream, timeProvider ?? TimeProvider.System);
    }

    public ScriptedLink Link { get; }

    public Socket Socket { get; }

    public SafeSocketHandle Handle => _system!.SafeHandle;

    /// <summary>What the kernel is told of it; null: nothing.</summary>
    public ReadinessMask? MaskIn(ScriptedReadiness readiness) =>
        readiness.All.TryGetValue(Handle, out ScriptedReadiness.Watched? watched) ? watched.Mask : null;

    public void Dispose()
    {
        Socket.Dispose();
        _system?.Dispose();
    }
}
