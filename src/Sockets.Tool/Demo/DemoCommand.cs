using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Demo;

/// <summary><c>sockets demo</c>: what this build can do, on loopback in one process, with every byte checked.</summary>
internal static partial class DemoCommand
{
    public static void AddTo(RootCommand root, ToolConsole console)
    {
        Option<int> size = MegabytesOption("--size", "How large the file is that goes out in each way.", 300);
        var command = new Command("demo", "Watch it work: the same file goes out in every way this build has, with a checksum; then, with DTLS, an echo that updates its keys on the way, and one whose client changes its port.") { size };
        var more = new List<Func<ParseResult, CancellationToken, Task>>();
        AddEcho(command, more, console);
        command.SetAction(async (result, cancellationToken) =>
        {
            await new FileDemo(console, CreateWays()).RunAsync(result.GetValue(size) * 1_000_000L, cancellationToken);
            foreach (Func<ParseResult, CancellationToken, Task> part in more)
                await part(result, cancellationToken);
            return 0;
        });
        root.Subcommands.Add(command);
    }

    /// <summary>Those of this build.</summary>
    public static IReadOnlyList<FileWay> CreateWays()
    {
        var ways = new List<FileWay>(FileWay.Plain);
        AddTls(ways);
        AddDtls(ways);
        return ways;
    }

    // Builds without TLS or DTLS leave out the folders that these lie in.
    static partial void AddTls(List<FileWay> ways);

    static partial void AddDtls(List<FileWay> ways);

    static partial void AddEcho(Command command, List<Func<ParseResult, CancellationToken, Task>> parts, ToolConsole console);

    private static Option<int> MegabytesOption(string name, string description, int byDefault)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "MB", DefaultValueFactory = _ => byDefault };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int count) && count is < 1 or > 1_000_000)
                result.AddError($"{name} needs a number from 1 to 1000000.");
        });
        return option;
    }
}
