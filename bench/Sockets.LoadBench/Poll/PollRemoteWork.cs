using System.Globalization;
using System.IO;
using System.Net.Sockets;
using Sockets.LoadBench.Remote;
using Sockets.LoadBench.Streams;

namespace Sockets.LoadBench.Poll;

/// <summary>Makes a <see cref="PollWork"/>: connections, their kind, events of a slice.</summary>
internal sealed class PollRemoteWork : IRemoteWork
{
    public string Name => "poll";

    public LoadWork Create(string[] arguments) => new PollWork(
        int.Parse(arguments[0], CultureInfo.InvariantCulture),
        int.Parse(arguments[2], CultureInfo.InvariantCulture),
        () => ProductPair.ConnectDriven(
            new SocketClientOptions().UsePlaintext(),
            new SocketListenerOptions().UsePlaintext(),
            arguments[1] == "unix" ? new UnixDomainSocketEndPoint(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())) : null));
}
