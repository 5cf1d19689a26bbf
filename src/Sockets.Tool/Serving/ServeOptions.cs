using System.CommandLine;

namespace Sockets.Tool.Serving;

/// <summary>What the modes of <c>serve</c> have in common.</summary>
internal sealed partial class ServeOptions
{
    public ServeOptions(ToolConsole console)
    {
        Console = console;
        Once.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int count) && count < 1)
                result.AddError("--once needs a number of 1 or more.");
        });
    }

    public ToolConsole Console { get; }

    public Option<int?> Once { get; } = new("--once") { Description = "End after this many connections have ended.", HelpName = "N" };
}
