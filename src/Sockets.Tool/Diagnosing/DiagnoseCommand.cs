using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using Sockets.Tool.Connecting;

namespace Sockets.Tool.Diagnosing;

/// <summary><c>sockets diagnose</c>: each stage of a connection by itself, so that it is plain which one fails and what to do.</summary>
internal static partial class DiagnoseCommand
{
    public static void AddTo(RootCommand root, ToolConsole console)
    {
        var options = new ConnectOptions(console);
        var modes = new List<TransportMode>();
        AddTls(modes, options);
        AddDtls(modes, options);
        var plain = new Option<bool>("--tcp") { Description = "Look up and connect, without security." };
        modes.Add(new TransportMode(plain, [], async (result, cancellationToken) =>
        {
            var report = new DiagnosisReport(console);
            await new AddressStages(options, result, report).RunAsync(cancellationToken);
            return report.Finish();
        })
        {
            IsDefault = !modes.Any(static mode => mode.IsDefault),
        });

        var command = new Command("diagnose", "Tell apart what can go wrong on the way to a server: name, connection, handshake, certificate, versions. Ends with 0 only if nothing did.")
        {
            options.Address, options.Timeout,
        };
        TransportCommand.AddTo(root, command, modes);
    }

    static partial void AddTls(List<TransportMode> modes, ConnectOptions options);

    static partial void AddDtls(List<TransportMode> modes, ConnectOptions options);
}
