using System.Net;
using System.Net.Sockets;
using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Allocation.Tests;

/// <summary>A datagram that one socket of a manager passes on to another costs no memory, and neither does its answer.</summary>
public class ForwardingAllocationTests
{
    private const int WarmUp = 4_000;
    private const int Datagrams = 10_000;

    /// <summary>What the runtime itself may allocate meanwhile: a quarter of the smallest object for each datagram.</summary>
    private const long RuntimeNoise = 64 * 1024;

    private const int Attempts = 5;

    /// <summary>For thousands of turns of several threads, each of which a busy machine may let wait for milliseconds.</summary>
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Between_two_sockets_of_a_manager()
    {
        var options = new ConnectionManagerOptions
        {
            Security = new DtlsServerOptions
            {
                Credentials = [TestCertificates.EcdsaP256.ToCredential(TestProviders.Default)],
                Handler = new Echo(),

                // The relay answers from where nobody asked, so that a check of the path would begin again and again.
                ConfigureEngine = static config => config with { PathValidation = DtlsPathValidation.None },
            },
            ConnectionIds = new DtlsConnectionIdLayout { ShardBits = 4 },
        };
        await using ConnectionManager manager = ConnectionManager.Start([new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0)], options);
        using var relay = new Relay(manager.LocalEndPoints[0]);
        var security = new DtlsClientOptions { TargetHost = TestCertificates.HostName, Trust = PeerTrust.Anchors([TestCertificates.Authority]), ConnectionIdLength = 0 };
        await using DtlsChannel client = await DtlsChannel.ConnectAsync(relay.EndPoint, security).AsTask().WaitAsync(HangGuard);
        byte[] datagram = new byte[800];
        byte[] buffer = new byte[2000];
        await AskAsync(client, datagram, buffer, 1).WaitAsync(HangGuard); // a handshake that is not done stays on its path
        relay.Server = manager.LocalEndPoints[1];

        long fewest = long.MaxValue;
        await AskAsync(client, datagram, buffer, WarmUp).WaitAsync(HangGuard);
        long forwarded = manager.Statistics.ForwardedToShards;
        for (int i = 0; i < Attempts && fewest > RuntimeNoise; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await AskAsync(client, datagram, buffer, Datagrams).WaitAsync(HangGuard);
            fewest = Math.Min(fewest, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // Counted once it is passed on, which the last answer may overtake.
        Assert.True(SpinWait.SpinUntil(() => manager.Statistics.ForwardedToShards >= forwarded + Datagrams, HangGuard), "they took another way");
        Assert.InRange(fewest, 0, RuntimeNoise);
    }

    private static async Task AskAsync(DtlsChannel client, byte[] datagram, byte[] buffer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            // Assert.Equal would allocate.
            if (!client.TrySend(datagram) || (await client.ReceiveAsync(buffer)).Length != datagram.Length)
                throw new InvalidOperationException("A datagram did not go there and back.");
        }
    }

    private sealed class Echo : IDtlsHandler
    {
        public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram) => channel.TrySend(datagram);
    }

    /// <summary>Sends on what one client sends, to where it is told. Two threads that wait, and nothing that allocates.</summary>
    private sealed class Relay : IDisposable
    {
        private readonly System.Net.Sockets.Socket _toClient = Open();
        private readonly System.Net.Sockets.Socket _toServer = Open();
        private readonly Thread _there;
        private readonly Thread _back;
        private volatile SocketAddress _server;
        private volatile SocketAddress? _client;
        private volatile bool _isOver;

        public Relay(IPEndPoint server)
        {
            _server = server.Serialize();
            _there = new Thread(PassThere) { IsBackground = true };
            _back = new Thread(PassBack) { IsBackground = true };
            _there.Start();
            _back.Start();
        }

        public IPEndPoint EndPoint => (IPEndPoint)_toClient.LocalEndPoint!;

        public IPEndPoint Server
        {
            set => _server = value.Serialize();
        }

        public void Dispose()
        {
            _isOver = true;
            foreach (System.Net.Sockets.Socket socket in new[] { _toClient, _toServer })
                socket.SendTo([0], socket.LocalEndPoint!);
            _there.Join();
            _back.Join();
            _toClient.Dispose();
            _toServer.Dispose();
        }

        private static System.Net.Sockets.Socket Open()
        {
            var socket = new System.Net.Sockets.Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return socket;
        }

        private void PassThere()
        {
            byte[] buffer = new byte[4096];
            var source = new SocketAddress(AddressFamily.InterNetwork);
            while (true)
            {
                int length = _toClient.ReceiveFrom(buffer, SocketFlags.None, source);
                if (_isOver)
                    return;
                _client ??= source;
                _toServer.SendTo(buffer.AsSpan(0, length), SocketFlags.None, _server);
            }
        }

        private void PassBack()
        {
            byte[] buffer = new byte[4096];
            var source = new SocketAddress(AddressFamily.InterNetwork);
            while (true)
            {
                int length = _toServer.ReceiveFrom(buffer, SocketFlags.None, source);
                if (_isOver)
                    return;
                if (_client is { } client) // else it is a stranger's: the port was somebody else's before
                    _toClient.SendTo(buffer.AsSpan(0, length), SocketFlags.None, client);
            }
        }
    }
}
