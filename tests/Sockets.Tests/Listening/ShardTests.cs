using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Listening;

/// <summary>Several sockets on one port.</summary>
public sealed class ShardTests
{
    private const int LinuxSocketLevel = 1;
    private const int LinuxReusePort = 15;

    [Fact]
    public async Task TheSystemSpreadsConnectionsOverTheShards()
    {
        SkipElsewhere();
        SocketListenerOptions options = Listeners.Plain;
        options.ReusePortShards = 4;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        Assert.Equal(4, ListeningSockets(((IPEndPoint)listener.LocalEndPoint).Port));
        listener.Pause();
        var clients = new List<Socket>();
        for (int i = 0; i < 100; i++)
            clients.Add(await listener.ConnectAsync());
        // While it is paused the queues show where the connections are. A hundred in one of four by chance: 4 to the power of -99.
        int used = QueueLengths(((IPEndPoint)listener.LocalEndPoint).Port).Count(length => length > 0);
        Assert.InRange(used, 2, 4);
        listener.Resume();
        for (int i = 0; i < 100; i++)
            (await listener.AcceptAsync(Listeners.Guard)).Dispose();
        Assert.Equal(100, listener.Statistics.Accepted);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task ThePeersOfEachShardAreServed()
    {
        SkipElsewhere();
        SocketListenerOptions options = Listeners.PlainDatagrams;
        options.ReusePortShards = 3;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        for (int i = 0; i < 30; i++)
        {
            await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
            await client.SendAsync(new[] { (byte)i });
            await using Socket server = await listener.AcceptAsync(Listeners.Guard);
            byte[] buffer = new byte[4];
            Assert.Equal(1, (await server.ReceiveAsync(buffer, Listeners.Guard)).Count);
            Assert.Equal(i, buffer[0]);
            await Listeners.ExchangeAsync(client, server);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task APortThatSomebodyElseHasIsNoticedThoughBothWouldShareIt(bool isDatagram, bool shares)
    {
        SkipElsewhere();
        using var other = isDatagram
            ? new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            : new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (shares)
            other.SetRawSocketOption(LinuxSocketLevel, LinuxReusePort, BitConverter.GetBytes(1));
        other.Bind(Listeners.AnyPort);
        if (!isDatagram)
            other.Listen();
        SocketListenerOptions options = isDatagram ? Listeners.PlainDatagrams : Listeners.Plain;
        options.ReusePortShards = 2;
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => SocketListener.Bind(other.LocalEndPoint!, options));
        Assert.Equal(SocketFailureReason.AddressInUse, failure.Reason);

        // And the other way round: one that shares is noticed by the next of ours.
        options = isDatagram ? Listeners.PlainDatagrams : Listeners.Plain;
        options.ReusePortShards = 2;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        Assert.Throws<SocketFailureException>(() => SocketListener.Bind(listener.LocalEndPoint, options));
    }

    [Fact]
    public async Task OneSocketDoesNotShareItsPort()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        SocketListenerOptions options = Listeners.Plain;
        if (OperatingSystem.IsLinux())
            options.ReusePortShards = 2;
        Assert.Throws<SocketFailureException>(() => SocketListener.Bind(listener.LocalEndPoint, options));
    }

    [Fact]
    public async Task AllShardsGoWithTheListener()
    {
        SkipElsewhere();
        SocketListenerOptions options = Listeners.Plain;
        options.ReusePortShards = 4;
        options.MaxConnections = 2;
        var listener = SocketListener.Bind(Listeners.AnyPort, options);
        var clients = new List<Socket>();
        for (int i = 0; i < 20; i++)
            clients.Add(await listener.ConnectAsync());
        await using Socket one = await listener.AcceptAsync(Listeners.Guard);
        await using Socket two = await listener.AcceptAsync(Listeners.Guard);
        Assert.Equal(2, listener.Statistics.ActiveConnections);
        await listener.DisposeAsync();

        Assert.Equal(0, ListeningSockets(((IPEndPoint)listener.LocalEndPoint).Port));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void APollDrivesOneSocketOnly()
    {
        SocketListenerOptions options = Listeners.Plain;
        options.ReusePortShards = 2;
        options.DrivenByPoll = true;
        Assert.Throws<InvalidOperationException>(() => SocketListener.Bind(Listeners.AnyPort, options));
    }

    [Fact]
    public void AUnixSocketHasNoPortToShare()
    {
        SocketListenerOptions options = Listeners.Plain;
        options.ReusePortShards = 2;
        Assert.ThrowsAny<Exception>(() => SocketListener.Bind("/tmp/unused", options));
        Assert.False(File.Exists("/tmp/unused"));
    }

    private static void SkipElsewhere()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Sockets on one port share it on Linux only.");
    }

    private static int ListeningSockets(int port) => QueueLengths(port).Count();

    /// <summary>The accept queue of each socket that listens on the port, from /proc/net/tcp.</summary>
    private static IEnumerable<int> QueueLengths(int port)
    {
        const string Listening = "0A";
        foreach (string line in File.ReadLines("/proc/net/tcp").Skip(1))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[3] == Listening && fields[1] == $"0100007F:{port:X4}")
                yield return Convert.ToInt32(fields[4].Split(':')[1], 16);
        }
    }
}
