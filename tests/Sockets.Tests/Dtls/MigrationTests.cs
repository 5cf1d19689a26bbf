using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Tests;

/// <summary>Clients that change their UDP socket on this machine, with everything around the engine that has to follow.</summary>
public class MigrationTests
{
    [Theory]
    [InlineData(0, DtlsPathValidation.Enhanced)]
    [InlineData(6, DtlsPathValidation.Enhanced)]
    [InlineData(0, DtlsPathValidation.Basic)]
    public async Task A_client_goes_on_from_another_port_without_a_handshake(int clientLength, DtlsPathValidation validation)
    {
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            StandStill(options);
            options.ConnectionIdLength = 8;
            options.ConfigureEngine = config => config with { PathValidation = validation };
        });
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
        {
            StandStill(options);
            options.ConnectionIdLength = clientLength;
        });
        IPEndPoint before = client.LocalEndPoint;
        for (int i = 1; i <= 3; i++)
        {
            Assert.True(await client.MigrateAsync().WaitAsync(Loopback.HangGuard));
            Assert.NotEqual(before.Port, client.LocalEndPoint.Port);
            await client.SendAsync(new byte[] { (byte)i, 1 });
            Assert.Equal([(byte)i, 1], await server.ReadAsync());
            await ForAsync(() => server.RemoteEndPoint.Equals(client.LocalEndPoint));
            await server.SendAsync(new byte[] { (byte)i, 2 });
            Assert.Equal([(byte)i, 2], await client.ReadAsync());
            Assert.Equal(i, client.PathChanges);
            Assert.Equal(i, server.PathChanges);
            before = client.LocalEndPoint;
        }

        Assert.Equal(3UL, client.Statistics.PathsValidated);
        Assert.Equal(1, loopback.Listener.ConnectionCount);
        await client.DisposeAsync();
        Assert.Null(await server.EndAsync());
    }

    [Fact]
    public async Task Nothing_comes_twice_or_out_of_nowhere_while_a_client_moves_again_and_again()
    {
        var handler = new EchoHandler();
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.Handler = handler;
            OfferIds(options, 8);
        });
        var received = new ConcurrentQueue<int>();
        DtlsChannel client = await loopback.ConnectAsync(options =>
        {
            StandStill(options);
            options.ConnectionIdLength = 0;
            options.Handler = new NumberHandler(received);
        });
        Assert.True(client.TrySend(BitConverter.GetBytes(-1)));
        await Waiting.UntilAsync(() => received.TryDequeue(out _)); // the server has it, too
        int sent = 0;
        using var done = new CancellationTokenSource();
        Task sending = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                Assert.True(client.TrySend(BitConverter.GetBytes(sent)));
                sent++;
                if (sent % 16 == 0)
                    await Task.Yield();
                while (sent - received.Count > 64 && !done.IsCancellationRequested)
                    await Task.Yield();
            }
        });
        for (int i = 0; i < 5; i++)
            Assert.True(await client.MigrateAsync().WaitAsync(Loopback.HangGuard));
        await done.CancelAsync();
        await sending.WaitAsync(Loopback.HangGuard);

        // Still when the echo of a last one has come, which is behind all others.
        int last = sent++;
        long asked = 0;
        await Waiting.UntilAsync(() =>
        {
            if (asked == 0 || TimeProvider.System.GetElapsedTime(asked) > TimeSpan.FromSeconds(1))
            {
                last = asked == 0 ? last : sent++; // lost: another one
                Assert.True(client.TrySend(BitConverter.GetBytes(last)));
                asked = TimeProvider.System.GetTimestamp();
            }

            return received.Any(number => number >= last);
        });
        int[] numbers = [.. received];
        Assert.Equal(numbers.Length, numbers.Distinct().Count());
        Assert.All(numbers, number => Assert.InRange(number, 0, sent - 1));
        Assert.DoesNotContain("failed", string.Join(' ', handler.Events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_local_address_can_be_chosen_and_one_that_is_not_ours_changes_nothing()
    {
        await using Loopback loopback = Loopback.Start(static (options, _) =>
        {
            StandStill(options);
            options.ConnectionIdLength = 8;
        });
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(static options =>
        {
            StandStill(options);
            options.ConnectionIdLength = 0;
        });
        IPEndPoint before = client.LocalEndPoint;
        await Assert.ThrowsAsync<SocketException>(() => client.MigrateAsync(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)));
        Assert.Equal(before, client.LocalEndPoint);
        Assert.True(await client.MigrateAsync(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0)).WaitAsync(Loopback.HangGuard));
        Assert.Equal(IPAddress.Parse("127.0.0.2"), client.LocalEndPoint.Address);
        await client.SendAsync(new byte[] { 1 });
        Assert.Equal([1], await server.ReadAsync());
        await ForAsync(() => server.RemoteEndPoint.Equals(client.LocalEndPoint));
    }

    [Fact]
    public async Task The_old_socket_is_closed_after_a_while()
    {
        var time = new VirtualTimeProvider();
        await using Loopback loopback = Loopback.Start((options, _) => options.ConnectionIdLength = 8);
        (DtlsChannel client, _) = await loopback.ConnectPairAsync(options =>
        {
            StandStill(options);
            options.TimeProvider = time;
            options.ConnectionIdLength = 0;
        });
        IPEndPoint before = client.LocalEndPoint;
        Assert.True(await client.MigrateAsync().WaitAsync(Loopback.HangGuard));
        Assert.Throws<SocketException>(() => Bind(before).Dispose());
        time.Advance(TimeSpan.FromSeconds(10));
        await ForAsync(() =>
        {
            try
            {
                Bind(before).Dispose();
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task Without_connection_ids_or_in_the_place_of_a_server_it_is_refused()
    {
        await using Loopback loopback = Loopback.Start((options, _) => options.ConnectionIdLength = 8);
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => client.MigrateAsync());
        Assert.Contains("connection ID", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.MigrateAsync());
        await client.DisposeAsync();
        await Assert.ThrowsAsync<DtlsException>(() => client.MigrateAsync());
    }

    [Fact]
    public async Task A_socket_under_DTLS_moves_and_others_say_why_they_cannot()
    {
        using var authority = new TestAuthority();
        await using SocketListener listener = SocketListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new SocketListenerOptions().UseDtls(new DtlsServerOptions { Credentials = [authority.ServerCredential()], ConnectionIdLength = 8, TimeProvider = new VirtualTimeProvider() }));
        var security = new DtlsClientOptions { TargetHost = "localhost", ConnectionIdLength = 0 };
        StandStill(security);
        SocketClientOptions options = new SocketClientOptions().UseDtls(security);
        using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, options).AsTask().WaitAsync(Loopback.HangGuard);
        using Socket server = await listener.AcceptAsync().AsTask().WaitAsync(Loopback.HangGuard);
        EndPoint? before = client.LocalEndPoint;
        Assert.True(await client.MigrateAsync().AsTask().WaitAsync(Loopback.HangGuard));
        Assert.NotEqual(before, client.LocalEndPoint);
        await client.SendAsync(new byte[] { 7 });
        byte[] buffer = new byte[10];
        Assert.Equal(1, (await server.ReceiveAsync(buffer).AsTask().WaitAsync(Loopback.HangGuard)).Count);
        await ForAsync(() => client.LocalEndPoint!.Equals(server.RemoteEndPoint));
        await server.SendAsync(new byte[] { 8, 9 });
        Assert.Equal(2, (await client.ReceiveAsync(buffer).AsTask().WaitAsync(Loopback.HangGuard)).Count);
        await Assert.ThrowsAsync<SocketFailureException>(() => client.MigrateAsync(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)).AsTask());
        Assert.Equal(SocketState.Open, client.State);
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.MigrateAsync().AsTask());

        await using SocketListener plain = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UsePlaintext());
        using Socket stream = await Socket.ConnectAsync(plain.LocalEndPoint, new SocketClientOptions().UsePlaintext()).AsTask().WaitAsync(Loopback.HangGuard);
        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => stream.MigrateAsync().AsTask());
        Assert.Contains("plain", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_moves_by_itself_when_the_network_of_its_socket_is_gone()
    {
        await using Loopback loopback = Loopback.Start(static (options, _) => OfferIds(options, 8));
        (DtlsChannel moving, _) = await loopback.ConnectPairAsync(static options =>
        {
            StandStill(options); // the pause between two moves does not end
            options.ConnectionIdLength = 0;
            options.MigrateWhenNetworkFails = true;
        });
        (DtlsChannel staying, _) = await loopback.ConnectPairAsync(static options => OfferIds(options, 0));
        moving.Driver.NoteSocketError(SocketError.ConnectionRefused); // of an ICMP error that anybody can forge
        moving.Driver.NoteSocketError(SocketError.NetworkUnreachable);
        moving.Driver.NoteSocketError(SocketError.NetworkUnreachable);
        staying.Driver.NoteSocketError(SocketError.NetworkUnreachable);
        await ForAsync(() => moving.PathChanges == 1);
        Assert.Equal(0, staying.PathChanges);
    }

    private static void OfferIds(DtlsOptions options, int length)
    {
        options.ConnectionIdLength = length;
        options.ConfigureEngine = Patience.Configure;
    }

    /// <summary>Nothing is lost here, and no time passes in which a busy machine could be taken for a path that does not answer.</summary>
    private static void StandStill(DtlsOptions options)
    {
        options.TimeProvider = new VirtualTimeProvider();
        options.Trust = PeerTrust.DangerousAcceptAnyCertificate; // the year is not that of the certificates
    }

    private static async Task ForAsync(Func<bool> condition)
    {
        using var guard = new CancellationTokenSource(Loopback.HangGuard);
        while (!condition())
        {
            guard.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static System.Net.Sockets.Socket Bind(IPEndPoint endPoint)
    {
        var socket = new System.Net.Sockets.Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ExclusiveAddressUse = true };
        try
        {
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class NumberHandler(ConcurrentQueue<int> received) : IDtlsHandler
    {
        public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram) => received.Enqueue(BitConverter.ToInt32(datagram));
    }
}
