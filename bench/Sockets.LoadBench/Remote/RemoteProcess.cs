using System;
using Sockets.LoadBench.Peers;

namespace Sockets.LoadBench.Remote;

/// <summary>
/// This program once more, on one processor, for all that one contender does in a scenario. Contenders have a process each,
/// so that the threads and the compiled code of one are no business of the other.
/// </summary>
internal sealed class RemoteProcess : IDisposable
{
    private readonly ChildPeer _peer = ChildPeer.StartRole("remote", SingleProcessor.Environment);

    /// <summary>See <see cref="RemoteRole"/>.</summary>
    public string Ask(string line) => _peer.Ask(line);

    public void Dispose() => _peer.Dispose();
}
