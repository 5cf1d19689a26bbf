using System.Collections.Generic;
using System.CommandLine;

namespace Sockets.Tool.Connecting;

/// <summary><c>sockets connect</c>: a client for any server.</summary>
internal static partial class ConnectCommand
{
    public static void AddTo(RootCommand root, ToolConsole console)
    {
        var options = new ConnectOptions(console);
        var modes = new List<TransportMode>(PlainConnecting.CreateModes(options));
        AddTls(modes, options);
        AddDtls(modes, options);

        var command = new Command("connect", "Connect to a server. Without --send, standard input goes to the server and what comes back to standard output, byte for byte; over datagrams, each piece read is one.")
        {
            options.Address, options.Send, options.Timeout,
        };
        TransportCommand.AddTo(root, command, modes);
    }

    static partial void AddTls(List<TransportMode> modes, ConnectOptions options);

    static partial void AddDtls(List<TransportMode> modes, ConnectOptions options);
}
