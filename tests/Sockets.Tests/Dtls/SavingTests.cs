using System.Net;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Links.Dtls;
using Sockets.Testing;

namespace Sockets.Tests;

/// <summary>Listeners and clients that are stopped and started again, on real sockets, and whose peers do not notice.</summary>
public sealed class SavingTests : IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)7, DtlsStateProtector.KeyLength)];

    private readonly string _directory = Directory.CreateTempSubdirectory("saving").FullName;

    [Fact]
    public async Task Clients_carry_on_with_a_server_that_was_started_anew()
    {
        const int clients = 3;
        await using Loopback loopback = Loopback.Start((options, _) => options.AllowSave = true, at: OwnPlace.Next());
        var open = new List<DtlsChannel>();
        for (int i = 0; i < clients; i++)
        {
            (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
            open.Add(client);
            await ExchangeAsync(client, server);
        }

        IPEndPoint endPoint = loopback.Listener.LocalEndPoint;
        string file = Path.Combine(_directory, "states");
        using (DtlsStateProtector protector = CreateProtector())
            DtlsStateFile.Write(file, await loopback.Listener.SaveAsync(protector));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await loopback.Listener.AcceptAsync());

        // Another process: nothing is left but the key, the file, and the record of what was restored.
        using DtlsStateProtector other = CreateProtector();
        await using DtlsListener listener = DtlsListener.Bind(
            endPoint, new DtlsServerOptions { Credentials = [loopback.Authority.ServerCredential()], AllowSave = true });
        IReadOnlyList<ReadOnlyMemory<byte>> states = DtlsStateFile.ReadAndDelete(file);
        Assert.Equal(clients, states.Count);
        Assert.False(File.Exists(file));
        var restored = new List<DtlsChannel>();
        foreach (ReadOnlyMemory<byte> state in states)
        {
            Assert.Equal(DtlsRestoreResult.Restored, listener.TryRestore(other, state.Span, out DtlsChannel? channel));
            Assert.True(channel!.IsRestored);
            Assert.True(channel.HandshakeDuration > TimeSpan.Zero);
            restored.Add(channel);
        }

        Assert.Equal(clients, listener.ConnectionCount);
        foreach (DtlsChannel client in open)
        {
            DtlsChannel server = restored.Find(channel => channel.RemoteEndPoint.Port == client.LocalEndPoint.Port)!;
            await ExchangeAsync(client, server);
            await server.UpdateKeysAsync(requestPeerUpdate: true).WaitAsync(Loopback.HangGuard);
            await ExchangeAsync(client, server);
        }
    }

    [Fact]
    public async Task A_handler_takes_restored_connections_and_new_clients_come_too()
    {
        var handler = new EchoHandler();
        await using Loopback loopback = Loopback.Start(
            (options, _) =>
            {
                options.AllowSave = true;
                options.Handler = handler;
            },
            at: OwnPlace.Next());
        DtlsChannel client = await loopback.ConnectAsync();
        await EchoAsync(client);
        IPEndPoint endPoint = loopback.Listener.LocalEndPoint;
        using DtlsStateProtector protector = CreateProtector();
        ReadOnlyMemory<byte> state = Assert.Single(await loopback.Listener.SaveAsync(protector));

        await using DtlsListener listener = DtlsListener.Bind(
            endPoint, new DtlsServerOptions { Credentials = [loopback.Authority.ServerCredential()], AllowSave = true, Handler = handler });
        Assert.Equal(DtlsRestoreResult.Restored, listener.TryRestore(protector, state.Span, out _));
        await EchoAsync(client);
        await using DtlsChannel newcomer = await DtlsChannel.ConnectAsync(endPoint, loopback.ClientOptions()).AsTask().WaitAsync(Loopback.HangGuard);
        await EchoAsync(newcomer);
    }

    [Fact]
    public async Task A_restored_client_can_still_move()
    {
        await using Loopback loopback = Loopback.Start(static (options, _) =>
        {
            options.ConnectionIdLength = 8;
            options.TimeProvider = new VirtualTimeProvider(); // a busy machine is no path that does not answer
        });
        DtlsClientOptions options = loopback.ClientOptions();
        options.ConfigureEngine = Patience.Configure;
        options.AllowSave = true;
        options.ConnectionIdLength = 0;
        await using DtlsChannel client = await DtlsChannel.ConnectAsync(loopback.Listener.LocalEndPoint, options).AsTask().WaitAsync(Loopback.HangGuard);
        DtlsChannel server = await loopback.AcceptAsync();
        await ExchangeAsync(client, server);
        using DtlsStateProtector protector = CreateProtector();
        Assert.Equal(DtlsSaveResult.Saved, client.TrySave(protector, out byte[]? state));
        Assert.Equal(DtlsRestoreResult.Restored, DtlsChannel.TryRestore(loopback.Listener.LocalEndPoint, options, protector, state, out DtlsChannel? restored));
        await using (restored)
        {
            Assert.True(await restored!.MigrateAsync().WaitAsync(Loopback.HangGuard));
            await restored.SendAsync(new byte[] { 1, 2 });
            Assert.Equal([1, 2], await server.ReadAsync());
        }
    }

    /// <summary>Credentials, trust, protocols and the rest are those of the name again, and a name that is not served is told.</summary>
    [Fact]
    public async Task The_name_that_had_chosen_the_options_chooses_them_again()
    {
        await using Loopback loopback = Loopback.Start((options, authority) => Choose(options, Special(authority), waits: false), at: OwnPlace.Next());
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
        {
            options.TargetHost = "special.example";
            options.Credentials = [loopback.Authority.ClientCredential()];
            options.PostHandshakeAuthentication = true;
        });
        await ExchangeAsync(client, server);
        IPEndPoint endPoint = loopback.Listener.LocalEndPoint;
        using DtlsStateProtector protector = CreateProtector();
        ReadOnlyMemory<byte> state = Assert.Single(await loopback.Listener.SaveAsync(protector));

        var next = new DtlsServerOptions { AllowSave = true };
        Choose(next, null, waits: true);
        await using (DtlsListener without = DtlsListener.Bind(endPoint, next))
        {
            Assert.Equal(DtlsRestoreResult.NameNotServed, without.TryRestore(protector, state.Span, out DtlsChannel? refused));
            Assert.Null(refused);
            Assert.Equal(0, without.ConnectionCount);
        }

        Choose(next, Special(loopback.Authority), waits: true);
        await using DtlsListener listener = DtlsListener.Bind(endPoint, next);
        Assert.Equal(DtlsRestoreResult.Restored, listener.TryRestore(protector, state.Span, out DtlsChannel? restored));
        await ExchangeAsync(client, restored!);
        DtlsClientAuthenticationResult result = await restored!.RequestClientCertificateAsync().WaitAsync(Loopback.HangGuard);
        Assert.True(result.IsAuthenticated); // by the trust of the name
        using X509Certificate2? seen = restored.GetPeerCertificate();
        Assert.Equal("CN=client", seen?.Subject);
        await ExchangeAsync(client, restored);

        static DtlsServerOptions Special(TestAuthority authority) => new()
        {
            Credentials = [authority.ServerCredential("special.example")],
            Trust = authority.Trust,
            PostHandshakeAuthentication = true,
        };

        static void Choose(DtlsServerOptions options, DtlsServerOptions? special, bool waits)
        {
            options.AllowSave = true;
            options.ServerOptionsSelectionCallback = async (hello, _) =>
            {
                if (waits)
                    await Task.Yield();
                return hello.ServerName == "special.example" ? special : null;
            };
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(8)]
    public async Task A_client_carries_on_over_another_socket(int? connectionIdLength)
    {
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.ConnectionIdLength = connectionIdLength;
            options.ConfigureEngine = config => config with { PathValidation = DtlsPathValidation.Basic };
            options.TimeProvider = new VirtualTimeProvider(); // a busy machine is no path that does not answer
        });
        DtlsClientOptions options = loopback.ClientOptions();
        options.AllowSave = true;
        options.ConnectionIdLength = connectionIdLength;
        IPEndPoint local = OwnPlace.Next();
        DtlsChannel client = DtlsChannel.Begin(
            loopback.Listener.LocalEndPoint, "localhost", options, local, from => UdpPort.Connect(loopback.Listener.LocalEndPoint, options, from), DriverMode.Background);
        await client.Connected.WaitAsync(Loopback.HangGuard);
        DtlsChannel server = await loopback.AcceptAsync();
        await ExchangeAsync(client, server);
        Assert.Equal(local, client.LocalEndPoint);
        using DtlsStateProtector protector = CreateProtector();
        Assert.Equal(DtlsSaveResult.Saved, client.TrySave(protector, out byte[]? state));
        Assert.Null(await client.Completion.WaitAsync(Loopback.HangGuard));
        Assert.False(client.TrySend("gone"u8));
        Assert.Equal(DtlsSaveResult.NotConnected, client.TrySave(protector, out _));
        await client.DisposeAsync();

        // Known by its address, or by its connection ID wherever it is.
        IPEndPoint? from = connectionIdLength is null ? local : null;
        Assert.Equal(DtlsRestoreResult.Restored, DtlsChannel.TryRestore(loopback.Listener.LocalEndPoint, options, protector, state, out DtlsChannel? channel, from));
        await using DtlsChannel restored = channel!;
        var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Changed = () =>
        {
            if (server.RemoteEndPoint.Port == restored.LocalEndPoint.Port)
                moved.TrySetResult();
        };
        await CarryAsync(restored, server);
        await moved.Task.WaitAsync(Loopback.HangGuard);
        await ExchangeAsync(restored, server);
        Assert.Equal(DtlsRestoreResult.AlreadyRestored, DtlsChannel.TryRestore(loopback.Listener.LocalEndPoint, options, protector, state, out DtlsChannel? second));
        Assert.Null(second);
        await ExchangeAsync(restored, server);
    }

    [Fact]
    public async Task What_was_received_before_can_be_read_afterwards()
    {
        await using Loopback loopback = Loopback.Start((options, _) => options.AllowSave = true);
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Changed = () => arrived.TrySetResult();
        await client.SendAsync("one"u8.ToArray());
        await arrived.Task.WaitAsync(Loopback.HangGuard);
        using DtlsStateProtector protector = CreateProtector();
        Assert.Equal(DtlsSaveResult.Saved, server.TrySave(protector, out _));
        byte[] buffer = new byte[100];
        DtlsReceiveResult result = await server.ReceiveAsync(buffer).AsTask().WaitAsync(Loopback.HangGuard);
        Assert.Equal("one"u8.ToArray(), buffer[..result.Length]);
    }

    [Fact]
    public async Task Nothing_is_saved_unless_the_options_say_so()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        using DtlsStateProtector protector = CreateProtector();
        Assert.Throws<InvalidOperationException>(() => server.TrySave(protector, out _));
        await ExchangeAsync(client, server);
        Assert.Empty(await loopback.Listener.SaveAsync(protector));
        Assert.Null(await client.Completion.WaitAsync(Loopback.HangGuard)); // closed in good order
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private DtlsStateProtector CreateProtector() => new(CryptoProviders.Default, Key, new DtlsFileReplayRecord(Path.Combine(_directory, "restored")));

    private static async Task ExchangeAsync(DtlsChannel client, DtlsChannel server)
    {
        await CarryAsync(client, server);
        await CarryAsync(server, client);
    }

    private static async Task CarryAsync(DtlsChannel from, DtlsChannel to)
    {
        byte[] message = Guid.NewGuid().ToByteArray();
        byte[] buffer = new byte[100];
        await from.SendAsync(message);
        DtlsReceiveResult result = await to.ReceiveAsync(buffer).AsTask().WaitAsync(Loopback.HangGuard);
        Assert.Equal(message, buffer[..result.Length]);
    }

    private static async Task EchoAsync(DtlsChannel client)
    {
        byte[] message = Guid.NewGuid().ToByteArray();
        byte[] buffer = new byte[100];
        await client.SendAsync(message);
        DtlsReceiveResult result = await client.ReceiveAsync(buffer).AsTask().WaitAsync(Loopback.HangGuard);
        Assert.Equal(message, buffer[..result.Length]);
    }
}
