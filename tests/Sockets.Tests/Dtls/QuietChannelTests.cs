using System.Net;

namespace Sockets.Tests;

/// <summary>Channels make what they rarely need when it is asked for, however late that is.</summary>
public class QuietChannelTests
{
    [Fact]
    public async Task What_is_asked_for_after_the_end_is_there()
    {
        var handler = new Recorder();
        await using Loopback loopback = Loopback.Start((options, _) => options.Handler = handler);
        DtlsChannel client = await loopback.ConnectAsync();
        IPEndPoint clientEndPoint = client.LocalEndPoint;
        await client.SendAsync(new byte[] { 1 });
        DtlsChannel server = await handler.Channel.Task.WaitAsync(Loopback.HangGuard);
        await client.DisposeAsync();
        await handler.Closed.Task.WaitAsync(Loopback.HangGuard);

        Assert.Null(await server.Completion.WaitAsync(Loopback.HangGuard));
        Assert.Null(await client.Completion.WaitAsync(Loopback.HangGuard));
        await server.Connected.WaitAsync(Loopback.HangGuard);
        await Waiting.UntilAsync(() => server.Lifetime.IsCancellationRequested); // by whoever came first
        Assert.True(client.Lifetime.IsCancellationRequested);
        await Assert.ThrowsAsync<DtlsException>(() => server.UpdateKeysAsync());
        Assert.Equal(clientEndPoint, server.RemoteEndPoint);
        Assert.NotEqual(0UL, server.Statistics.RecordsReceived);
        Assert.Equal(0, server.DatagramsDropped);
        Assert.Throws<DtlsException>(() => server.ExportKeyingMaterial("EXPERIMENTAL x", default, new byte[8]));
    }

    [Fact]
    public async Task What_is_asked_for_before_the_end_comes_with_it()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        Task<DtlsException?> completion = server.Completion;
        CancellationToken lifetime = server.Lifetime;
        var cancelled = new TaskCompletionSource();
        lifetime.Register(cancelled.SetResult);
        Assert.False(completion.IsCompleted);
        Assert.True(server.Connected.IsCompletedSuccessfully);

        await client.DisposeAsync();
        Assert.Null(await completion.WaitAsync(Loopback.HangGuard));
        await cancelled.Task.WaitAsync(Loopback.HangGuard);
    }

    [Fact]
    public async Task A_quiet_period_takes_nothing_that_was_received()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        await client.SendAsync(new byte[] { 1, 2, 3 });
        while (!server.HasPendingData)
            await Task.Yield();
        server.Trim();
        Assert.Equal([1, 2, 3], await server.ReadAsync());
        server.Trim();
        await client.SendAsync(new byte[] { 4, 5 });
        Assert.Equal([4, 5], await server.ReadAsync());
    }

    private sealed class Recorder : IDtlsHandler
    {
        public TaskCompletionSource<DtlsChannel> Channel { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram) => Channel.TrySetResult(channel);

        public void OnClosed(DtlsChannel channel, DtlsException? failure) => Closed.TrySetResult();
    }
}
