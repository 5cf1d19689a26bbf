using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using Sockets.Tool.Options;

namespace Sockets.Tool.Connecting;

/// <summary>What the modes of <c>connect</c> have in common.</summary>
internal sealed partial class ConnectOptions
{
    public ConnectOptions(ToolConsole console)
    {
        Console = console;
        Timeout.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out double seconds) && seconds is not (> 0 and <= 3600))
                result.AddError("--timeout needs a number of seconds above 0, up to 3600.");
        });
    }

    public ToolConsole Console { get; }

    public Argument<HostAndPort?> Address { get; } = new("HOST:PORT") { Description = "The server.", CustomParser = HostAndPort.Parse };

    public Option<string?> Send { get; } = new("--send") { Description = "Send this file (or standard input, '-') to an echoing server, and compare what comes back; in datagrams, what is lost is sent again.", HelpName = "FILE|-" };

    public Option<double> Timeout { get; } = new("--timeout") { Description = "How long to wait for the handshake, and for each answer.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };

    public TimeSpan ReadTimeout(ParseResult result) => TimeSpan.FromSeconds(result.GetValue(Timeout));

    /// <summary>What --send names; null without it.</summary>
    public Stream? OpenSource(ParseResult result)
    {
        string? path = result.GetValue(Send);
        if (path is null)
            return null;
        if (path == "-")
            return Console.In;
        if (!File.Exists(path))
            throw new ToolException(Directory.Exists(path) ? $"'{path}' is a folder, not a file." : $"The file to send, '{path}', does not exist.");
        return File.OpenRead(path);
    }
}
