using System;
using System.Globalization;
using System.Threading;
using Sockets.Dtls;
using Sockets.Engine;
using Sockets.Links.Dtls;

namespace Sockets;

/// <content>What the settings may be, by themselves and beside each other.</content>
public sealed partial record ConnectionManagerOptions
{
    /// <summary>What an open connection holds, its channel, its share of the tables and the smallest buffer for datagrams that wait included.</summary>
    private const long OpenConnectionBytes = (8 * 1024) + ReceiveQueue.InitialSize;

    /// <summary>What a handshake holds besides what comes from the peer: transcript, keys, the flight that may have to be sent again.</summary>
    private const long HandshakeBytes = 48 * 1024;

    /// <summary>What a socket has for all its connections: a batch of datagrams that are received, one of those that are sent, ClientHellos in parts.</summary>
    private const long SocketBytes = 6 << 20;

    /// <summary>The shortest record that is kept for later has some twenty bytes, and is an object in a list.</summary>
    private const int BytesPerEarlyByte = 4;

    /// <summary>Handshakes a second: one in each tick.</summary>
    private const int MaxRate = (int)TimeSpan.TicksPerSecond;

    /// <summary>What <see cref="DtlsConnectionIdLayout"/> demands beside the number of a socket.</summary>
    private const int RandomConnectionIdBytes = 8;

    /// <summary>Checks the settings, by themselves and against each other.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value, and what it accepts.</exception>
    public void Validate() => Validate(ShardsPerAddress);

    /// <summary>
    /// What all this can come to at most, in bytes: open connections, handshakes whose clients send as much as they may, buffers for datagrams
    /// that wait. It adds up what each limit allows. What it leaves out: the system's socket buffers, parts of messages after the
    /// handshake, which only authenticated peers can send, contexts of OpenSSL, and whatever the application keeps.
    /// </summary>
    /// <exception cref="ArgumentException"><see cref="Security"/> is null, or something in it is wrong.</exception>
    public long EstimateMemory()
    {
        RequireSecurity();
        DtlsConfig config = CreateSecurityConfig();

        // The message that is expected has a place beyond the budget, and a bit is kept for each byte that came of any.
        long reassembled = ((long)config.ReassemblyBudget + config.MaxHandshakeMessageSize) * 9 / 8;
        long handshake = HandshakeBytes + reassembled + ((long)config.EarlyDatagramBuffer * BytesPerEarlyByte) + config.MaxEarlyDataSize;
        long queued = Math.Min(MaxQueuedBytes, long.MaxValue / 8) * QueueBudget.BuffersPerByte; // nothing has so much, and the sum stays a number
        long socket = SocketBytes + ForwardedDatagrams.MaxBytes(ForwardQueueLength);
        return (MaxConnections * OpenConnectionBytes) + (MaxHandshakes * handshake) + queued + (ShardsPerAddress * socket);
    }

    /// <param name="sockets">On all addresses together.</param>
    internal void Validate(int sockets)
    {
        RequireSecurity();
        RequireLeftAlone();
        Require(ShardsPerAddress is >= 1 and <= 1024, ShardsPerAddress, nameof(ShardsPerAddress), "1 to 1024");
        Require(ShardsPerAddress == 1 || PortBinding.CanShare, ShardsPerAddress, nameof(ShardsPerAddress), "1 on this system, which does not spread clients over sockets that share a port");
        Require(MaxConnections >= 1, MaxConnections, nameof(MaxConnections), "1 or more");
        Require(MaxHandshakes >= 1 && MaxHandshakes <= MaxConnections, MaxHandshakes, nameof(MaxHandshakes), $"1 to {nameof(MaxConnections)}, which is {MaxConnections}");
        Require(
            MaxConnectionsPerAddress is null || (MaxConnectionsPerAddress >= 1 && MaxConnectionsPerAddress <= MaxConnections),
            MaxConnectionsPerAddress,
            nameof(MaxConnectionsPerAddress),
            $"1 to {nameof(MaxConnections)}, which is {MaxConnections}, or null");
        Require(MaxHandshakesPerSecond is null or (>= 1 and <= MaxRate), MaxHandshakesPerSecond, nameof(MaxHandshakesPerSecond), $"1 to {MaxRate}, or null");
        Require(
            MaxHandshakesPerSecondPerAddress is null || (MaxHandshakesPerSecondPerAddress >= 1 && MaxHandshakesPerSecondPerAddress <= (MaxHandshakesPerSecond ?? MaxRate)),
            MaxHandshakesPerSecondPerAddress,
            nameof(MaxHandshakesPerSecondPerAddress),
            $"1 to {(MaxHandshakesPerSecond is null ? $"{MaxRate}" : $"{nameof(MaxHandshakesPerSecond)}, which is {MaxHandshakesPerSecond}")}, or null");
        Require(Cookies is not null, "null", nameof(Cookies), "set");
        Require(
            Cookies!.Threshold is null || Cookies.Threshold < MaxHandshakes,
            Cookies,
            nameof(Cookies),
            $"asked for from fewer handshakes on than {nameof(MaxHandshakes)} lets in, which is {MaxHandshakes}");
        Require(
            Security.MaxEarlyDataSize == 0 || Cookies.Threshold is not null,
            Cookies,
            nameof(Cookies),
            $"by load for {nameof(Security)}.{nameof(DtlsServerOptions.MaxEarlyDataSize)}: whoever is asked for a cookie cannot have its early data taken");
        Require(AcceptQueueLength >= 1, AcceptQueueLength, nameof(AcceptQueueLength), "1 or more");
        Require(ReceiveQueueSize >= 1024, ReceiveQueueSize, nameof(ReceiveQueueSize), "1024 bytes or more");
        Require(MaxQueuedBytes >= ReceiveQueueSize, MaxQueuedBytes, nameof(MaxQueuedBytes), $"{nameof(ReceiveQueueSize)} or more, which is {ReceiveQueueSize}");
        Require(EventQueueLength >= 1, EventQueueLength, nameof(EventQueueLength), "1 or more");
        Require(ForwardQueueLength is >= 1 and <= 65_536, ForwardQueueLength, nameof(ForwardQueueLength), "1 to 65536");
        ValidateConnectionIds(sockets);
        ValidateTimes();
        Require(
            MaxMemory is null || MaxMemory >= EstimateMemory(),
            MaxMemory,
            nameof(MaxMemory),
            $"{(MaxMemory is null ? 0 : EstimateMemory())} bytes or more, which is what {nameof(MaxConnections)}, {nameof(MaxHandshakes)}, {nameof(MaxQueuedBytes)} and {nameof(ForwardQueueLength)} can come to");
    }

    private void ValidateTimes()
    {
        Require(HandshakeTimeout > TimeSpan.Zero, HandshakeTimeout, nameof(HandshakeTimeout), "more than zero, and 1 h at most");
        TimeSpan first = CreateSecurityConfig().InitialRetransmitTimeout;
        Require(
            HandshakeTimeout > first && HandshakeTimeout <= TimeSpan.FromHours(1),
            HandshakeTimeout,
            nameof(HandshakeTimeout),
            $"longer than {first.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s, after which a lost flight is sent again for the first time, and 1 h at most");
        Require(
            IdleTimeout == Timeout.InfiniteTimeSpan || IdleTimeout >= HandshakeTimeout,
            IdleTimeout,
            nameof(IdleTimeout),
            $"{nameof(HandshakeTimeout)} or more, which is {HandshakeTimeout}: who has proven who it is may be silent for as long as who has not; or infinite");
        Require(
            Security.LivenessInterval is null || IdleTimeout == Timeout.InfiniteTimeSpan || Security.LivenessInterval < IdleTimeout,
            IdleTimeout,
            nameof(IdleTimeout),
            $"longer than {nameof(Security)}.{nameof(DtlsOptions.LivenessInterval)}, which is {Security.LivenessInterval}: silent clients are asked before they are given up; or infinite");
        Require(
            MaxLifetime == Timeout.InfiniteTimeSpan || MaxLifetime > HandshakeTimeout,
            MaxLifetime,
            nameof(MaxLifetime),
            $"longer than {nameof(HandshakeTimeout)}, which is {HandshakeTimeout}, or infinite");
        Require(
            MaxLifetime == Timeout.InfiniteTimeSpan || IdleTimeout == Timeout.InfiniteTimeSpan || IdleTimeout < MaxLifetime,
            IdleTimeout,
            nameof(IdleTimeout),
            $"shorter than {nameof(MaxLifetime)}, which is {MaxLifetime}, or it would never be reached; or infinite");
    }

    private void ValidateConnectionIds(int sockets)
    {
        Require(
            ConnectionIds is null || Security.ConnectionIdLength is null || Security.ConnectionIdLength == ConnectionIds.Length,
            ConnectionIds?.Length,
            $"{nameof(ConnectionIds)}.{nameof(DtlsConnectionIdLayout.Length)}",
            $"what {nameof(Security)}.{nameof(DtlsOptions.ConnectionIdLength)} says, which is {Security.ConnectionIdLength}; leave that null");
        if (ConnectionIds is { } layout)
        {
            layout.Validate();
            Require(layout.Shard == 0, layout.Shard, $"{nameof(ConnectionIds)}.{nameof(DtlsConnectionIdLayout.Shard)}", "0: the manager numbers its sockets itself");
            Require(
                sockets <= 1L << layout.ShardBits,
                layout.ShardBits,
                $"{nameof(ConnectionIds)}.{nameof(DtlsConnectionIdLayout.ShardBits)}",
                $"enough for {sockets} sockets");
        }
        else if (sockets > 1 && Security.ConnectionIdLength is > 0 and { } length)
        {
            int shortest = ((GetShardBits(sockets) + 7) / 8) + RandomConnectionIdBytes;
            Require(
                length >= shortest,
                length,
                $"{nameof(Security)}.{nameof(DtlsOptions.ConnectionIdLength)}",
                $"{shortest} to {DtlsConnectionIdLayout.MaxLength} bytes, which have room for the number of one of {sockets} sockets, or 0 or null");
        }

        Require(
            Forwarder is null || ConnectionIds is { NodeBits: > 0 },
            "set",
            nameof(Forwarder),
            $"null without {nameof(ConnectionIds)} that have {nameof(DtlsConnectionIdLayout.NodeBits)}: nothing would tell whose a datagram is");
    }

    private void RequireSecurity() => Require(Security is not null, "null", nameof(Security), "set");

    /// <summary>One place for each setting: what is here must not say something else there.</summary>
    private void RequireLeftAlone()
    {
        var untouched = new DtlsServerOptions();
        Refuse(Security.MaxConnections != untouched.MaxConnections, Security.MaxConnections, nameof(MaxConnections));
        Refuse(Security.MaxHandshakes != untouched.MaxHandshakes, Security.MaxHandshakes, nameof(MaxHandshakes));
        Refuse(Security.HandshakeTimeout != untouched.HandshakeTimeout, Security.HandshakeTimeout, nameof(HandshakeTimeout));
        Refuse(Security.ReceiveQueueSize != untouched.ReceiveQueueSize, Security.ReceiveQueueSize, nameof(ReceiveQueueSize));
        Refuse(Security.Backlog != untouched.Backlog, Security.Backlog, nameof(DtlsServerOptions.Backlog), nameof(AcceptQueueLength));
        Refuse(Security.RequireCookie != untouched.RequireCookie, Security.RequireCookie, nameof(DtlsServerOptions.RequireCookie), nameof(Cookies));
        Refuse(Security.HandshakeFailed is not null, "set", nameof(DtlsServerOptions.HandshakeFailed), nameof(EventRaised));

        static void Refuse(bool isSet, object value, string setting, string? instead = null) =>
            Require(!isSet, value, $"{nameof(Security)}.{setting}", $"left alone: {instead ?? setting} of these options stands for it");
    }

    private static void Require(bool condition, object? value, string setting, string accepted)
    {
        if (!condition)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"ConnectionManagerOptions.{setting} is {value ?? "null"}; it must be {accepted}."), setting);
    }

    /// <summary>What <see cref="Security"/> says; a wrong value is told by the name that it has here.</summary>
    private DtlsConfig CreateSecurityConfig()
    {
        const string there = nameof(DtlsServerOptions) + ".";
        try
        {
            return CreateSecurity().CreateConfig();
        }
        catch (ArgumentException exception) when (exception.Message.StartsWith(there, StringComparison.Ordinal))
        {
            throw DtlsOptions.Rename(exception, there, $"{nameof(ConnectionManagerOptions)}.{nameof(Security)}.", $"{nameof(Security)}.{exception.ParamName}");
        }
    }

    /// <summary>A copy of <see cref="Security"/> with the settings of this page.</summary>
    internal DtlsServerOptions CreateSecurity()
    {
        DtlsServerOptions security = Security.Snapshot();
        security.MaxConnections = MaxConnections;
        security.MaxHandshakes = MaxHandshakes;
        security.HandshakeTimeout = HandshakeTimeout;
        security.ReceiveQueueSize = ReceiveQueueSize;
        security.Backlog = AcceptQueueLength;
        security.RequireCookie = Cookies.Threshold is null;
        security.ConnectionIdLength = ConnectionIds?.Length ?? security.ConnectionIdLength;
        return security;
    }

    /// <summary>The layout of all sockets together; null: connection IDs tell nothing, or there are none.</summary>
    internal DtlsConnectionIdLayout? CreateLayout(int sockets)
    {
        if (ConnectionIds is not null || sockets == 1 || Security.ConnectionIdLength is not ({ } length and > 0))
            return ConnectionIds;
        var layout = new DtlsConnectionIdLayout { Length = length, ShardBits = GetShardBits(sockets) };
        layout.Validate();
        return layout;
    }

    private static int GetShardBits(int sockets) => System.Numerics.BitOperations.Log2((uint)sockets - 1) + 1;

    /// <summary>The engine's configuration of one socket.</summary>
    internal DtlsEndpointConfig CreateEndpointConfig(DtlsServerOptions security, DtlsAdmission admission, DtlsConnectionIdLayout? layout, int shard)
    {
        DtlsConfig config = security.CreateConfig() with
        {
            IdleTimeout = IdleTimeout == Timeout.InfiniteTimeSpan ? null : IdleTimeout,
            MaxLifetime = MaxLifetime == Timeout.InfiniteTimeSpan ? null : MaxLifetime,
        };
        return new DtlsEndpointConfig
        {
            Server = config,
            Admission = admission,
            MaxConnections = MaxConnections,
            MaxHandshakes = MaxHandshakes,
            ConnectionIds = layout is null ? null : layout with { Shard = shard },
        };
    }

    internal DtlsAdmissionLimits CreateLimits() => new()
    {
        MaxConnections = MaxConnections,
        MaxHandshakes = MaxHandshakes,
        MaxConnectionsPerAddress = MaxConnectionsPerAddress,
        MaxHandshakesPerSecond = MaxHandshakesPerSecond,
        MaxHandshakesPerSecondPerAddress = MaxHandshakesPerSecondPerAddress,
        CookieThreshold = Cookies.Threshold,
    };
}
