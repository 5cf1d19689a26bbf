using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Listening;

/// <summary>Every kind of address a stream can be accepted on, and each way of accepting.</summary>
public sealed class AcceptTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "::1")]
    [InlineData("::", "127.0.0.1")] // the IPv6 wildcard serves IPv4
    public async Task AnAcceptedConnectionCarriesBytesBothWays(string bound, string asked)
    {
        await using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Parse(bound), 0), Listeners.Plain);
        int port = ((IPEndPoint)listener.LocalEndPoint).Port;
        await using Socket client = await Socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(asked), port), Listeners.Client);
        await using Socket server = await listener.AcceptAsync();

        Assert.Equal(SocketState.Open, server.State);
        Assert.Equal(port, ((IPEndPoint)server.LocalEndPoint!).Port);
        Assert.Equal(((IPEndPoint)client.LocalEndPoint!).Port, ((IPEndPoint)server.RemoteEndPoint!).Port);
        await Listeners.ExchangeAsync(client, server);
        Assert.Equal(1, listener.Statistics.Accepted);
        Assert.Equal(1, listener.Statistics.ActiveConnections);
    }

    [Fact]
    public async Task AnAcceptedSystemSocketDoesNotBlockAndDoesNotDelay()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        await using Socket client = await listener.ConnectAsync();
        await using Socket server = await listener.AcceptAsync();

        Assert.False(server.Link.Underlying!.Blocking);
        Assert.True(server.Link.Underlying.NoDelay);
        Assert.False(server.TryReceive(new byte[1], out _));
    }

    [Fact]
    public async Task ABlockingAcceptWaitsForAConnection()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        Assert.False(listener.TryAccept(out _));
        Task<Socket> accepting = Task.Factory.StartNew(listener.Accept, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await using Socket client = await listener.ConnectAsync();
        await using Socket server = await accepting.WaitAsync(Listeners.Guard);

        await Listeners.ExchangeAsync(client, server);
    }

    [Fact]
    public async Task ATryTakesWhatIsReady()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        await using Socket client = await listener.ConnectAsync();
        Socket? server = null;
        await Listeners.UntilAsync(() => listener.TryAccept(out server));
        await using (server)
            await Listeners.ExchangeAsync(client, server!);
    }

    [Fact]
    public async Task ACancelledAcceptTakesNothing()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        using var source = new CancellationTokenSource();
        Task<Socket> accepting = listener.AcceptAsync(source.Token).AsTask();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting);

        await using Socket client = await listener.ConnectAsync();
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        await Listeners.ExchangeAsync(client, server);
    }

    [Fact]
    public async Task APortInUseIsNamedInTheFailure()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => SocketListener.Bind(listener.LocalEndPoint, Listeners.Plain));

        Assert.Equal(SocketFailureReason.AddressInUse, failure.Reason);
        Assert.Contains(listener.LocalEndPoint.ToString()!, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAddressOfAnotherMachineIsNamedInTheFailure()
    {
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => SocketListener.Bind(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), Listeners.Plain));
        Assert.Equal(SocketFailureReason.AddressNotAvailable, failure.Reason);
    }

    [Fact]
    public void WithoutAChoiceOfSecurityNothingIsBound()
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => SocketListener.Bind(Listeners.AnyPort, new SocketListenerOptions()));
        Assert.Contains("UsePlaintext", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSecurityIsChosenOnce() =>
        Assert.Throws<InvalidOperationException>(() => Listeners.Plain.UsePlaintext());

    [Fact]
    public void OptionsOutOfRangeAreNamed()
    {
        void AssertNamed(string name, Action<SocketListenerOptions> set)
        {
            SocketListenerOptions options = Listeners.Plain;
            set(options);
            Assert.Contains(name, Assert.ThrowsAny<ArgumentException>(() => SocketListener.Bind(Listeners.AnyPort, options)).Message, StringComparison.Ordinal);
        }

        AssertNamed(nameof(SocketListenerOptions.Backlog), options => options.Backlog = 0);
        AssertNamed(nameof(SocketListenerOptions.MaxConnections), options => options.MaxConnections = 0);
        AssertNamed(nameof(SocketListenerOptions.MaxHandshakes), options => options.MaxHandshakes = -1);
        AssertNamed(nameof(SocketListenerOptions.AcceptQueueLength), options => options.AcceptQueueLength = 0);
        AssertNamed(nameof(SocketListenerOptions.ReusePortShards), options => options.ReusePortShards = 0);
        AssertNamed(nameof(SocketListenerOptions.HandshakeTimeout), options => options.HandshakeTimeout = TimeSpan.Zero);
        AssertNamed(nameof(SocketListenerOptions.DatagramIdleTimeout), options => options.DatagramIdleTimeout = TimeSpan.FromSeconds(-5));
    }

    [Fact]
    public void AHostNameIsNoAddressToListenOn() =>
        Assert.Throws<ArgumentException>(() => SocketListener.Bind(new DnsEndPoint("localhost", 80), Listeners.Plain));

    [Fact]
    public async Task SettingsReachTheListeningSocketAndWhatItAccepts()
    {
        SocketListenerOptions options = Listeners.Plain;
        options.Settings.Add(SocketSettings.KeepAlive, true);
        options.Settings.Add(SocketSettings.NoDelay, false);
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        await using Socket client = await listener.ConnectAsync();
        await using Socket server = await listener.AcceptAsync();

        Assert.False(server.Link.Underlying!.NoDelay);
        Assert.NotEqual(0, server.Link.Underlying.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
    }
}
