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
        Repeat.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int count) && count is < 1 or > 1_000_000)
                result.AddError("--repeat needs a number from 1 to 1000000.");
        });
    }

    public ToolConsole Console { get; }

    public Argument<HostAndPort?> Address { get; } = new("HOST:PORT") { Description = "The server; for --unix there is none.", CustomParser = HostAndPort.Parse, Arity = ArgumentArity.ZeroOrOne };

    public Option<string?> Send { get; } = new("--send") { Description = "Send this file (or standard input, '-') to an echoing server, and compare what comes back; in datagrams, what is lost is sent again.", HelpName = "FILE|-" };

    public Option<double> Timeout { get; } = new("--timeout") { Description = "How long to wait for the connection and its handshake, and for each answer.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };

    /// <summary>Of the modes over a stream.</summary>
    public Option<string?> SendFile { get; } = new("--send-file") { Description = "As --send, by the system's sendfile where it has one; under TLS the file is read and encrypted.", HelpName = "FILE" };

    /// <summary>Of the modes over a stream.</summary>
    public Option<int> Repeat { get; } = new("--repeat") { Description = "So many connections, one after the other, with one set of TLS sessions; needs --send or --send-file.", HelpName = "N", DefaultValueFactory = _ => 1 };

    /// <summary>Of all modes but DTLS.</summary>
    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Without --send: tell of connection and end on standard error; --dtls always does." };

    /// <summary>Of the modes over datagrams.</summary>
    public Option<double> Linger { get; } = SecondsOption.Create(
        "--linger",
        2,
        "Without --send: when standard input has ended, how long the server may be silent before the connection is closed. Datagrams have no half-close that would tell it that nothing more comes.",
        isZeroAllowed: true);

    public OptionConflict LingerConflict => new(Send, Linger, "what was sent is compared with what comes back, and then it is over");

    /// <summary>HOST:PORT, which every mode but that of Unix sockets needs.</summary>
    public HostAndPort ReadServer(ParseResult result) =>
        result.GetValue(Address) ?? throw new ToolException("HOST:PORT is needed: the server to connect to.");

    public TimeSpan ReadTimeout(ParseResult result) => TimeSpan.FromSeconds(result.GetValue(Timeout));

    public TimeSpan ReadLinger(ParseResult result) => TimeSpan.FromSeconds(result.GetValue(Linger));

    /// <summary>What --send names; null without it.</summary>
    public Stream? OpenSource(ParseResult result)
    {
        string? path = result.GetValue(Send);
        if (path is null)
            return null;
        if (path == "-")
            return Console.In;
        RequireFile(path);
        return File.OpenRead(path);
    }

    /// <summary>What --send-file names; null without it.</summary>
    public string? ReadFile(ParseResult result)
    {
        if (result.GetValue(SendFile) is not { } path)
            return null;
        if (result.GetValue(Send) is not null)
            throw new ToolException("--send and --send-file exclude each other.");
        RequireFile(path);
        return path;
    }

    private static void RequireFile(string path)
    {
        if (!File.Exists(path))
            throw new ToolException(Directory.Exists(path) ? $"'{path}' is a folder, not a file." : $"The file to send, '{path}', does not exist.");
    }
}
