using System.Net;

namespace Sockets.Tests.Connections;

/// <summary>A manager and clients on real UDP sockets of this machine.</summary>
internal sealed class ManagerRig : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];

    private ManagerRig(TestAuthority authority, ConnectionManager manager)
    {
        Authority = authority;
        Manager = manager;
    }

    public TestAuthority Authority { get; }

    public ConnectionManager Manager { get; }

    public static ManagerRig Start(
        Func<ConnectionManagerOptions, ConnectionManagerOptions>? configure = null,
        Action<DtlsServerOptions>? secure = null,
        int addresses = 1,
        IPEndPoint[]? at = null)
    {
        var authority = new TestAuthority();
        var security = new DtlsServerOptions { Credentials = [authority.ServerCredential()] };
        secure?.Invoke(security);
        var options = new ConnectionManagerOptions { Security = security };
        IPEndPoint[] endPoints = at ?? [.. Enumerable.Range(0, addresses).Select(static _ => new IPEndPoint(IPAddress.Loopback, 0))];
        return new ManagerRig(authority, ConnectionManager.Start(endPoints, configure is null ? options : configure(options)));
    }

    public async Task<DtlsChannel> ConnectAsync(Action<DtlsClientOptions>? configure = null, IPEndPoint? to = null)
    {
        var options = new DtlsClientOptions { TargetHost = "localhost", Trust = Authority.Trust };
        configure?.Invoke(options);
        DtlsChannel channel = await DtlsChannel.ConnectAsync(to ?? Manager.LocalEndPoint, options).AsTask().WaitAsync(Waiting.HangGuard);
        _open.Add(channel);
        return channel;
    }

    public async Task<(DtlsChannel Client, DtlsChannel Server)> ConnectPairAsync(Action<DtlsClientOptions>? configure = null, IPEndPoint? to = null)
    {
        DtlsChannel client = await ConnectAsync(configure, to);
        DtlsChannel server = await Manager.AcceptAsync().AsTask().WaitAsync(Waiting.HangGuard);
        Settle();
        return (client, server);
    }

    /// <summary>Ends when the server's loops are done with what they are at: what is seen of them is seen in the middle of that.</summary>
    public void Settle() => _ = Manager.Statistics;

    /// <summary>Goes on asking until the server has refused it for the given reason, and gives up then.</summary>
    public async Task AssertRefusedAsync(Func<ConnectionManagerStatistics, long> reason)
    {
        long before = reason(Manager.Statistics);
        using var giveUp = new CancellationTokenSource();
        var options = new DtlsClientOptions { TargetHost = "localhost", Trust = Authority.Trust, HandshakeTimeout = TimeSpan.FromMinutes(5) };
        Task<DtlsChannel> connecting = DtlsChannel.ConnectAsync(Manager.LocalEndPoint, options, giveUp.Token).AsTask();
        await Waiting.UntilAsync(() => reason(Manager.Statistics) > before);
        Assert.False(connecting.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(Waiting.HangGuard));
    }

    /// <summary>One message there and one back.</summary>
    public static async Task ExchangeAsync(DtlsChannel client, DtlsChannel server, byte mark)
    {
        Assert.True(client.TrySend([mark, 1, 2]));
        Assert.Equal([mark, 1, 2], await ReceiveAsync(server));
        Assert.True(server.TrySend([mark, 3]));
        Assert.Equal([mark, 3], await ReceiveAsync(client));
    }

    public static async Task<byte[]> ReceiveAsync(DtlsChannel channel)
    {
        byte[] buffer = new byte[2000];
        DtlsReceiveResult result = await channel.ReceiveAsync(buffer).AsTask().WaitAsync(Waiting.HangGuard);
        Assert.False(result.IsClosed);
        return buffer[..result.Length];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable channel in _open)
            await channel.DisposeAsync();
        await Manager.DisposeAsync().AsTask().WaitAsync(Waiting.HangGuard);
        Authority.Dispose();
    }
}
