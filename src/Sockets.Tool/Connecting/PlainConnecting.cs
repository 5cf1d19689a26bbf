using System.Collections.Generic;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Options;

namespace Sockets.Tool.Connecting;

/// <summary><c>sockets connect --tcp</c>, <c>--unix</c> and <c>--udp</c>.</summary>
internal sealed class PlainConnecting
{
    private readonly ConnectOptions _shared;
    private readonly Option<bool> _tcp = new("--tcp") { Description = "Over plain TCP." };
    private readonly Option<string?> _unix = new("--unix") { Description = "Over a Unix stream socket, in the place of HOST:PORT.", HelpName = "PATH" };
    private readonly Option<bool> _udp = new("--udp") { Description = "Over plain datagrams." };

    private PlainConnecting(ConnectOptions shared) => _shared = shared;

    public static IEnumerable<TransportMode> CreateModes(ConnectOptions shared)
    {
        var modes = new PlainConnecting(shared);
        return
        [
            new TransportMode(modes._tcp, [shared.SendFile, shared.Repeat, shared.Verbose], modes.ConnectTcpAsync),
            new TransportMode(modes._unix, [shared.SendFile, shared.Repeat, shared.Verbose], modes.ConnectUnixAsync),
            new TransportMode(modes._udp, [shared.Verbose, shared.Linger], modes.ConnectUdpAsync) { Conflicts = [shared.LingerConflict] },
        ];
    }

    private Task<int> ConnectTcpAsync(ParseResult result, CancellationToken cancellationToken) =>
        new SocketConnecting(_shared, result).RunAsync(new SocketClientOptions().UsePlaintext(), cancellationToken);

    private Task<int> ConnectUnixAsync(ParseResult result, CancellationToken cancellationToken) =>
        new SocketConnecting(_shared, result).RunAsync(UnixSocketPath.ToEndPoint(result.GetValue(_unix)!), new SocketClientOptions().UsePlaintext(), cancellationToken);

    private Task<int> ConnectUdpAsync(ParseResult result, CancellationToken cancellationToken) =>
        new SocketConnecting(_shared, result).RunAsync(new SocketClientOptions { Transport = SocketTransport.Datagram }.UsePlaintext(), cancellationToken);
}
