using System;
using System.CommandLine;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Options;

namespace Sockets.Tool.Connecting;

/// <summary>From the command line to a connection and what is done with it, the same whatever the security.</summary>
internal sealed class SocketConnecting(ConnectOptions shared, ParseResult result)
{
    private readonly ToolConsole _console = shared.Console;
    private readonly TimeSpan _timeout = shared.ReadTimeout(result);

    /// <summary>To HOST:PORT.</summary>
    public Task<int> RunAsync(SocketClientOptions options, CancellationToken cancellationToken)
    {
        HostAndPort server = shared.ReadServer(result);
        return server.Port == 0
            ? throw new ToolException("Port 0 is nobody's: give the port the server listens on.")
            : RunAsync(token => Socket.ConnectAsync(server.Host, server.Port, options, token), options, cancellationToken);
    }

    /// <summary>To a Unix socket.</summary>
    public Task<int> RunAsync(UnixDomainSocketEndPoint endPoint, SocketClientOptions options, CancellationToken cancellationToken)
    {
        if (result.GetValue(shared.Address) is not null)
            throw new ToolException("--unix PATH says where to connect to: leave out HOST:PORT.");
        string path = endPoint.ToString();
        return Path.Exists(path)
            ? RunAsync(token => Socket.ConnectAsync((EndPoint)endPoint, options, token), options, cancellationToken)
            : throw new ToolException($"There is no Unix socket '{path}': start its server, or name another path.");
    }

    private async Task<int> RunAsync(Func<CancellationToken, ValueTask<Socket>> connectAsync, SocketClientOptions options, CancellationToken cancellationToken)
    {
        options.ConnectTimeout = _timeout;
        string? file = shared.ReadFile(result);
        int repeat = result.GetValue(shared.Repeat);
        if (repeat > 1 && file is null && result.GetValue(shared.Send) is null or "-")
            throw new ToolException("--repeat needs --send FILE or --send-file FILE: standard input ends with the first connection.");
        for (int i = 0; i < repeat; i++)
        {
            await using Stream? source = shared.OpenSource(result);
            await using Socket socket = await connectAsync(cancellationToken);
            bool isEcho = source is not null || file is not null;
            Action<string> tell = isEcho ? _console.WriteLine : result.GetValue(shared.Verbose) ? _console.WriteNote : static _ => { };
            string peer = SocketText.Of(socket.RemoteEndPoint);
            tell(SocketText.Connected(socket, isServer: false));
            ISocketSession session = socket.Transport == SocketTransport.Datagram
                ? new DatagramSession(_console, socket, _timeout, shared.ReadLinger(result))
                : new StreamSession(_console, socket, _timeout);
            if (file is not null)
                await session.EchoFileAsync(file, cancellationToken);
            else if (source is not null)
                await session.EchoAsync(source, cancellationToken);
            else
                tell(SocketText.Closed(peer, await session.CopyAsync(cancellationToken), "end"));
        }

        return 0;
    }
}
