using System;
using System.Net;
using System.Net.Sockets;
using Sockets.Engine;
using Sockets.Links;
using Sockets.Platform;

namespace Sockets;

/// <summary>How a client connects. One of <c>UseTls</c>, <c>UseDtls</c> and <see cref="UsePlaintext"/> must be called.</summary>
public sealed partial class SocketClientOptions : SocketOptions
{
    /// <summary>The address to send from. Null: the system chooses.</summary>
    public EndPoint? LocalEndPoint { get; set; }

    /// <summary>How long looking up the name, connecting and the handshake may take together. Default: 15 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Who turns names into addresses. Default: <see cref="SocketNameResolver.System"/>.</summary>
    public SocketNameResolver NameResolver { get; set; } = SocketNameResolver.System;

    /// <summary>
    /// Of a name's addresses, how long an attempt is alone before the next address is tried beside it (RFC 8305 §5): 100 ms to
    /// 2 s. Default: 250 ms.
    /// </summary>
    public TimeSpan ConnectionAttemptDelay { get; set; } = DialerOptions.Default.ConnectionAttemptDelay;

    /// <summary>The family whose addresses are tried first. Default: <see cref="AddressFamily.InterNetworkV6"/>.</summary>
    public AddressFamily PreferredFamily
    {
        get;
        set => field = value is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The family of IP addresses is InterNetwork or InterNetworkV6.");
    } = AddressFamily.InterNetworkV6;

    internal ClientLinkProvider Links
    {
        get => Chosen<ClientLinkProvider>();
        private set => Choose(value);
    }

    /// <summary>Sends and receives everything as it is: whoever is on the path can read and change it.</summary>
    /// <returns>The same options.</returns>
    public SocketClientOptions UsePlaintext()
    {
        Links = PlainClientLinks.Instance;
        return this;
    }

    /// <summary>A copy that later changes do not reach.</summary>
    internal SocketClientOptions Snapshot()
    {
        var copy = (SocketClientOptions)MemberwiseClone();
        copy.Settings = Settings.Snapshot();
        return copy;
    }

    /// <summary>Prepares a stream's socket before it connects. What is small goes out at once, unless the settings say otherwise.</summary>
    internal void ConfigureStream(SystemSocket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix)
            socket.NoDelay = true;
        Settings.Apply(socket, SettingMoments.BeforeConnect);
    }

    /// <summary>Connects system sockets of <paramref name="type"/>.</summary>
    internal Dialer<SystemSocket> CreateDialer(SocketType type, Action<SystemSocket>? configure) =>
        CreateDialer(new SocketDialerHost(NameResolver, type, LocalEndPoint as IPEndPoint, configure));

    /// <summary>Connects whatever <paramref name="outside"/> makes.</summary>
    internal Dialer<TConnection> CreateDialer<TConnection>(IDialerHost<TConnection> outside)
        where TConnection : class, IDisposable
    {
        var options = new DialerOptions { PreferredFamily = PreferredFamily, ConnectionAttemptDelay = ConnectionAttemptDelay };
        return new Dialer<TConnection>(outside, options.ForLocal(LocalEndPoint as IPEndPoint));
    }
}
