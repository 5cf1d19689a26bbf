using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Threading;

namespace Sockets.Tool.Options;

/// <summary>The limits and times of <c>serve --dtls</c>: those of a <see cref="ConnectionManager"/>, whose defaults are the defaults here.</summary>
internal sealed class ManagerChoices(Option<double> idle)
{
    private const int Most = 10_000_000;

    private readonly Option<int> _connections = NumberOption.Create("--max-connections", "N", "connections", Most, "Connections at most, handshakes included.", 1, 100_000);
    private readonly Option<int> _perAddress = NumberOption.Create("--max-connections-per-address", "N", "connections", Most, "Connections at most of one address, or of one /64 of IPv6; 0 for no limit.", 0, 100);
    private readonly Option<int> _handshakes = NumberOption.Create("--max-handshakes", "N", "handshakes", Most, "Unfinished handshakes at most.", 1, 1_000);
    private readonly Option<int> _rate = NumberOption.Create("--max-handshakes-per-second", "N", "handshakes", Most, "Handshakes a second at most; 0 for no limit.", 0, 1_000);
    private readonly Option<double> _handshakeTimeout = SecondsOption.Create("--handshake-timeout", 15, "How long a handshake may take.");
    private readonly Option<double?> _lifetime = SecondsOption.CreateOptional("--max-lifetime", "Close a connection that is so old.");
    private readonly Option<int> _shards = NumberOption.Create("--shards", "N", "sockets", 1024, "So many sockets with a loop each share the port (Linux).", 1, 1);
    private readonly Option<int> _cookie = CookieOption.Create();

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_cookie, _connections, _perAddress, _handshakes, _rate, _handshakeTimeout, idle, _lifetime, _shards];

    public bool AlwaysAsksForCookies(ParseResult result) => result.GetValue(_cookie) == CookieOption.Always;

    /// <exception cref="ToolException">Two of them contradict each other.</exception>
    public ConnectionManagerOptions Read(ParseResult result, DtlsServerOptions security, Action<ConnectionEvent> raised)
    {
        int connections = result.GetValue(_connections);
        int handshakes = result.GetResult(_handshakes) is { Implicit: false } ? result.GetValue(_handshakes) : Math.Min(result.GetValue(_handshakes), connections);
        int? perAddress = result.GetValue(_perAddress) is > 0 and int most ? most : null;
        if (perAddress > connections && result.GetResult(_perAddress) is { Implicit: true })
            perAddress = connections;
        var options = new ConnectionManagerOptions
        {
            Security = security,
            MaxConnections = connections,
            MaxConnectionsPerAddress = perAddress,
            MaxHandshakes = handshakes,
            MaxHandshakesPerSecond = result.GetValue(_rate) is > 0 and int rate ? rate : null,
            HandshakeTimeout = TimeSpan.FromSeconds(result.GetValue(_handshakeTimeout)),
            IdleTimeout = ReadIdleTimeout(result, security.LivenessInterval),
            MaxLifetime = result.GetValue(_lifetime) is { } lifetime ? TimeSpan.FromSeconds(lifetime) : Timeout.InfiniteTimeSpan,
            ShardsPerAddress = result.GetValue(_shards),
            Cookies = ReadCookies(result.GetValue(_cookie), handshakes),
            EventRaised = raised,
        };
        if (options.MaxHandshakesPerSecond is null)
            options = options with { MaxHandshakesPerSecondPerAddress = null }; // no limit is none for one address either
        try
        {
            options.Validate();
        }
        catch (ArgumentException exception)
        {
            throw new ToolException(InWordsOfTheCommand(FailureLine.Of(exception)), exception);
        }

        return options;
    }

    /// <summary>What was not given follows the other times.</summary>
    private TimeSpan ReadIdleTimeout(ParseResult result, TimeSpan? liveness)
    {
        double given = result.GetValue(idle);
        if (result.GetResult(idle) is { Implicit: false })
            return TimeSpan.FromSeconds(given);
        double longEnough = Math.Max(given, Math.Max(result.GetValue(_handshakeTimeout), 2 * (liveness ?? TimeSpan.Zero).TotalSeconds));
        return longEnough >= result.GetValue(_lifetime) ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(longEnough); // the lifetime ends before
    }

    private static DtlsCookiePolicy ReadCookies(int threshold, int handshakes) => threshold switch
    {
        CookieOption.Always => DtlsCookiePolicy.Always,
        CookieOption.Never when handshakes < 2 => throw new ToolException("--cookie never needs --max-handshakes 2 or more: who takes the last place is asked."),
        CookieOption.Never => DtlsCookiePolicy.ByLoad(handshakes - 1),
        _ => DtlsCookiePolicy.ByLoad(threshold),
    };

    /// <summary>The library's sentences name its settings, and values that no option has.</summary>
    private string InWordsOfTheCommand(string message)
    {
        message = message
            .Replace("; or infinite", "", StringComparison.Ordinal)
            .Replace(", or infinite", "", StringComparison.Ordinal)
            .Replace(", or 0 or null", ", or 0", StringComparison.Ordinal)
            .Replace(", or null", ", or 0", StringComparison.Ordinal);
        foreach ((string setting, Option option) in (ReadOnlySpan<(string, Option)>)
            [
                (nameof(ConnectionManagerOptions.MaxConnectionsPerAddress), _perAddress),
                (nameof(ConnectionManagerOptions.MaxConnections), _connections),
                (nameof(ConnectionManagerOptions.MaxHandshakesPerSecond), _rate),
                (nameof(ConnectionManagerOptions.MaxHandshakes), _handshakes),
                (nameof(ConnectionManagerOptions.HandshakeTimeout), _handshakeTimeout),
                (nameof(ConnectionManagerOptions.IdleTimeout), idle),
                (nameof(ConnectionManagerOptions.MaxLifetime), _lifetime),
                (nameof(ConnectionManagerOptions.ShardsPerAddress), _shards),
                (nameof(ConnectionManagerOptions.Cookies), _cookie),
                ("Security.ConnectionIdLength", new Option<int>("--cid")),
                ("Security.LivenessInterval", new Option<int>("--liveness")),
            ])
        {
            message = message
                .Replace($"{nameof(ConnectionManagerOptions)}.{setting}", option.Name, StringComparison.Ordinal)
                .Replace(setting, option.Name, StringComparison.Ordinal);
        }

        return message;
    }
}
