using System.Collections.Generic;
using System.CommandLine;

namespace Sockets.Tool.Connecting;

/// <summary><c>sockets connect</c>: a client for any server.</summary>
internal static partial class ConnectCommand
{
    public static void AddTo(RootCommand root, ToolConsole console)
    {
        var options = new ConnectOptions(console);
        var modes = new List<TransportMode>();
        AddDtls(modes, options);

        var command = new Command("connect", "Connect to a server. Without --send, lines of standard input are sent and what comes back is printed.")
        {
            options.Address, options.Send, options.Timeout,
        };
        TransportCommand.AddTo(root, command, modes);
    }

    static partial void AddDtls(List<TransportMode> modes, ConnectOptions options);
}
