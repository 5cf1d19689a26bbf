using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Options;

namespace Sockets.Tool.Serving;

/// <summary><c>sockets serve --tcp</c>, <c>--unix</c> and <c>--udp</c>.</summary>
internal sealed class PlainServing
{
    private readonly ServeOptions _shared;
    private readonly Option<HostAndPort?> _tcp = new("--tcp") { Description = "Serve plain TCP on this address and port.", HelpName = "HOST:PORT", CustomParser = HostAndPort.Parse };
    private readonly Option<string?> _unix = new("--unix") { Description = "Serve a Unix stream socket at this path.", HelpName = "PATH" };
    private readonly Option<HostAndPort?> _udp = new("--udp") { Description = "Serve plain datagrams on this address and UDP port.", HelpName = "HOST:PORT", CustomParser = HostAndPort.Parse };

    private PlainServing(ServeOptions shared) => _shared = shared;

    public static IEnumerable<TransportMode> CreateModes(ServeOptions shared)
    {
        var modes = new PlainServing(shared);
        return
        [
            new TransportMode(modes._tcp, [shared.ProxySources], modes.ServeTcpAsync),
            new TransportMode(modes._unix, [], modes.ServeUnixAsync),
            new TransportMode(modes._udp, [shared.Idle], modes.ServeUdpAsync),
        ];
    }

    private async Task<int> ServeTcpAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var options = new SocketListenerOptions { Proxy = _shared.ReadProxy(result) }.UsePlaintext();
        return await _shared.CreateServer(result).RunAsync(await result.GetValue(_tcp)!.ResolveAsync(cancellationToken), options, cancellationToken);
    }

    private Task<int> ServeUnixAsync(ParseResult result, CancellationToken cancellationToken)
    {
        string path = result.GetValue(_unix)!;
        return _shared.CreateServer(result).RunAsync(UnixSocketPath.ToEndPoint(path), new SocketListenerOptions().UsePlaintext(), cancellationToken);
    }

    private async Task<int> ServeUdpAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var options = new SocketListenerOptions
        {
            Transport = SocketTransport.Datagram,
            DatagramIdleTimeout = TimeSpan.FromSeconds(result.GetValue(_shared.Idle)),
        }.UsePlaintext();
        return await _shared.CreateServer(result).RunAsync(await result.GetValue(_udp)!.ResolveAsync(cancellationToken), options, cancellationToken);
    }
}
