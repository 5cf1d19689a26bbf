using System.Net;

namespace Sockets.Tests;

/// <summary>A server and clients on real UDP sockets of this machine.</summary>
internal sealed class Loopback : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];

    private Loopback(TestAuthority authority, DtlsListener listener)
    {
        Authority = authority;
        Listener = listener;
    }

    /// <summary>Against tests that hang; nothing takes anywhere near as long.</summary>
    public static TimeSpan HangGuard => Waiting.HangGuard;

    public TestAuthority Authority { get; }

    public DtlsListener Listener { get; }

    /// <param name="configure">Changes the server's options.</param>
    /// <param name="address">Where to listen; any port.</param>
    /// <param name="at">Where to listen, where the port matters: an <see cref="OwnPlace"/>.</param>
    public static Loopback Start(Action<DtlsServerOptions, TestAuthority>? configure = null, IPAddress? address = null, IPEndPoint? at = null)
    {
        var authority = new TestAuthority();
        var options = new DtlsServerOptions { Credentials = [authority.ServerCredential()] };
        configure?.Invoke(options, authority);
        return new Loopback(authority, DtlsListener.Bind(at ?? new IPEndPoint(address ?? IPAddress.Loopback, 0), options));
    }

    public DtlsClientOptions ClientOptions() => new() { TargetHost = "localhost", Trust = Authority.Trust };

    public Task<DtlsChannel> ConnectAsync(Action<DtlsClientOptions>? configure = null)
    {
        DtlsClientOptions options = ClientOptions();
        configure?.Invoke(options);
        return ConnectAsync(options);
    }

    public async Task<(DtlsChannel Client, DtlsChannel Server)> ConnectPairAsync(Action<DtlsClientOptions>? configure = null)
    {
        DtlsChannel client = await ConnectAsync(configure);
        DtlsChannel server = await AcceptAsync();
        Settle();
        return (client, server);
    }

    public async Task<DtlsChannel> AcceptAsync() => await Listener.AcceptAsync().AsTask().WaitAsync(HangGuard);

    /// <summary>Ends when the server's loop is done with what it is at: a channel is accepted, and data is seen, in the middle of that.</summary>
    public void Settle() => _ = Listener.Statistics;

    /// <summary>The exception a connection attempt ends with.</summary>
    public async Task<DtlsException> FailToConnectAsync(Action<DtlsClientOptions>? configure = null) =>
        await Assert.ThrowsAsync<DtlsException>(() => ConnectAsync(configure));

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable channel in _open)
            await channel.DisposeAsync();
        await Listener.DisposeAsync().AsTask().WaitAsync(HangGuard);
        Authority.Dispose();
    }

    private async Task<DtlsChannel> ConnectAsync(DtlsClientOptions options)
    {
        DtlsChannel channel = await DtlsChannel.ConnectAsync(Listener.LocalEndPoint, options).AsTask().WaitAsync(HangGuard);
        _open.Add(channel);
        return channel;
    }
}
