using System.CommandLine;
using System.Net;
using Sockets.Tool.Options;

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
        ProxySources.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!IPNetwork.TryParse(token.Value, out _))
                    result.AddError($"--proxy-from '{token.Value}' is not a network such as 10.0.0.0/8 or ::1/128.");
            }
        });
    }

    public ToolConsole Console { get; }

    public Option<int?> Once { get; } = new("--once") { Description = "End after this many connections have ended.", HelpName = "N" };

    public Option<string[]> ProxySources { get; } = new("--proxy-from")
    {
        Description = "Connections from this network begin with a header of the PROXY protocol; repeat it for more.",
        HelpName = "CIDR",
    };

    /// <summary>Of the modes over datagrams.</summary>
    public Option<double> Idle { get; } = SecondsOption.Create("--idle", 300, "Datagrams: a peer that has been silent for so long has ended.");

    public EchoServer CreateServer(ParseResult result) => new(Console, result.GetValue(Once));

    /// <summary>The proxies to trust; null: none.</summary>
    public SocketProxyOptions? ReadProxy(ParseResult result)
    {
        if (result.GetValue(ProxySources) is not { Length: > 0 } sources)
            return null;
        var options = new SocketProxyOptions();
        foreach (string source in sources)
            options.TrustedSources.Add(IPNetwork.Parse(source));
        return options;
    }
}
