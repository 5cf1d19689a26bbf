using System.Collections.Generic;
using System.CommandLine;

namespace Sockets.Tool.Serving;

/// <summary><c>sockets serve</c>: an echo server.</summary>
internal static partial class ServeCommand
{
    public static void AddTo(RootCommand root, ToolConsole console)
    {
        var options = new ServeOptions(console);
        var modes = new List<TransportMode>(PlainServing.CreateModes(options));
        AddTls(modes, options);
        AddDtls(modes, options);

        var command = new Command("serve", "Echo whatever comes, one line per event. SIGINT and SIGTERM end the connections. Under DTLS, a line 'key-update' on standard input updates the keys of all connections.")
        {
            options.Once,
        };
        TransportCommand.AddTo(root, command, modes);
    }

    static partial void AddTls(List<TransportMode> modes, ServeOptions options);

    static partial void AddDtls(List<TransportMode> modes, ServeOptions options);
}
