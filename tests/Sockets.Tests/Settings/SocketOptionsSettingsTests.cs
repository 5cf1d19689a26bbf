using System.Net;

namespace Sockets.Tests.Settings;

/// <summary>Settings reach the system's socket whichever way a connection begins.</summary>
public sealed class SocketOptionsSettingsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AClientsSettingsAreOnItsSocket(bool byPoll)
    {
        await using SocketListener listener = SocketListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new SocketListenerOptions { Settings = { { SocketSettings.KeepAlive, true } } }.UsePlaintext());
        SocketClientOptions options = new SocketClientOptions
        {
            Settings = { { SocketSettings.NoDelay, false }, { SocketSettings.KeepAliveIdle, TimeSpan.FromSeconds(77) } },
        }.UsePlaintext();
        await using Socket socket = byPoll ? Socket.StartConnect(listener.LocalEndPoint, options) : await Socket.ConnectAsync(listener.LocalEndPoint, options);
        await using Socket accepted = await listener.AcceptAsync();

        Assert.True(socket.TryGet(SocketSettings.NoDelay, out bool noDelay) && !noDelay);
        Assert.True(socket.TryGet(SocketSettings.KeepAliveIdle, out TimeSpan idle) && idle == TimeSpan.FromSeconds(77));
        Assert.True(accepted.TryGet(SocketSettings.KeepAlive, out bool keepAlive) && keepAlive);
        Assert.Equal(SocketSettingResult.Applied, accepted.Set(SocketSettings.NoDelay, false));
        Assert.True(accepted.TryGet(SocketSettings.NoDelay, out noDelay) && !noDelay);
    }

    [Fact]
    public async Task WhatHasNoEffectHereIsAnErrorUnlessItIsOptional()
    {
        SocketClientOptions options = new SocketClientOptions { Transport = SocketTransport.Datagram, Settings = { { SocketSettings.NoDelay, true } } }.UsePlaintext();
        SocketFailureException exception = await Assert.ThrowsAsync<SocketFailureException>(async () => await Socket.ConnectAsync("127.0.0.1", 9, options));
        Assert.Equal(SocketFailureReason.NotSupported, exception.Reason);
        Assert.Contains(nameof(SocketSettings.NoDelay), exception.Message, StringComparison.Ordinal);

        options.Settings.Add(SocketSettings.NoDelay, true, isRequired: false);
        await using Socket socket = await Socket.ConnectAsync("127.0.0.1", 9, options);
        Assert.Equal(SocketSettingResult.Unsupported, socket.Set(SocketSettings.NoDelay, true));
    }

    [Fact]
    public async Task AClosedSocketSaysSo()
    {
        Socket socket = await Socket.ConnectAsync("127.0.0.1", 9, new SocketClientOptions { Transport = SocketTransport.Datagram }.UsePlaintext());
        socket.Dispose();
        Assert.Equal(SocketFailureReason.Closed, Assert.Throws<SocketFailureException>(() => socket.Set(SocketSettings.Ttl, 3)).Reason);
    }
}
