using System;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Connecting;
using Sockets.Tool.Demo;
using Sockets.Tool.Diagnosing;
using Sockets.Tool.Serving;

namespace Sockets.Tool;

/// <summary>The root of the command line, and the one place where failures become a line and an exit code.</summary>
internal static partial class SocketsCommand
{
    /// <summary>Exit code of everything that did not go as asked.</summary>
    public const int Failed = 1;

    /// <summary>What a connection may take to end in good order after SIGINT or SIGTERM.</summary>
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] arguments, ToolConsole console, CancellationToken cancellationToken = default)
    {
        var root = new RootCommand("Sockets from the command line: plain, TLS, and DTLS 1.3 (RFC 9147).");
        DemoCommand.AddTo(root, console);
        ServeCommand.AddTo(root, console);
        ConnectCommand.AddTo(root, console);
        DiagnoseCommand.AddTo(root, console);
        AddCerts(root, console);
        try
        {
            ParseResult result = root.Parse(arguments);
            if (result.Errors.Count > 0 && result.Action is null or ParseErrorAction)
            {
                string command = result.CommandResult.Command is RootCommand ? "sockets" : $"sockets {CommandPath(result.CommandResult)}";
                return Fail(console, $"{FailureLine.OneLine(result.Errors[0].Message).TrimEnd('.')}. Try '{command} --help'.");
            }

            return await result.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = console.Out,
                    Error = console.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = TerminationTimeout,
                },
                cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return Fail(console, "Interrupted.");
        }
        catch (Exception exception)
        {
            return Fail(console, FailureLine.Of(exception));
        }
    }

    // Builds without TLS or DTLS leave out the folders that these lie in.
    static partial void AddCerts(RootCommand root, ToolConsole console);

    private static string CommandPath(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } parent
            ? $"{CommandPath(parent)} {result.Command.Name}"
            : result.Command.Name;

    private static int Fail(ToolConsole console, string message)
    {
        console.Error.WriteLine($"sockets: {message}");
        console.Error.Flush();
        return Failed;
    }
}
