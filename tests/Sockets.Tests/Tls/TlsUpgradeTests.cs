using System.Net.Sockets;
using Sockets.Links;

namespace Sockets.Tests.Tls;

/// <summary>STARTTLS: a plain connection that goes on under TLS, and what an attacker between the two could do about it.</summary>
public sealed class TlsUpgradeTests
{
    private readonly TlsClientContext _client = TlsIdentity.CreateClient();
    private readonly TlsServerContext _server = TlsIdentity.CreateServer();

    [Fact]
    public async Task APlainConnectionGoesOnUnderTls()
    {
        (Socket client, Socket server) = Plain();
        using (client)
        using (server)
        {
            await ExchangeAsync(client, server, "plain");
            Assert.Null(client.Security);
            await Task.WhenAll(
                client.UpgradeToTlsAsync(_client, TlsPair.HostName).AsTask(),
                server.UpgradeToTlsAsync(_server).AsTask()).WaitAsync(Waiting.HangGuard);
            Assert.Equal("TLS 1.3", client.Security!.Protocol);
            Assert.Equal("TLS 1.3", server.Security!.Protocol);
            await ExchangeAsync(client, server, "secret");
            await client.ShutdownSendAsync();
            Assert.True((await server.ReceiveAsync(new byte[1])).IsEnd);
        }
    }

    [Fact]
    public async Task TheSocketsOwnCallsCanMakeTheHandshake()
    {
        (Socket client, Socket server) = Plain();
        using (client)
        using (server)
        {
            client.StartUpgradeToTls(_client, TlsPair.HostName);
            server.StartUpgradeToTls(_server);
            Assert.Equal(SocketState.Connecting, client.State);
            await ExchangeAsync(client, server, "secret");
            Assert.Equal(SocketState.Open, client.State);
        }
    }

    [Fact]
    public async Task WhatAServerSaidInClearBehindItsConsentIsRefused()
    {
        (Socket client, Socket server) = Plain();
        using (client)
        using (server)
        {
            await server.SendAsync("ok\r\nforged"u8.ToArray());
            byte[] line = new byte[4];
            Assert.Equal(4, (await client.ReceiveAsync(line)).Count);
            await RefusedAsync(client, () => client.UpgradeToTlsAsync(_client, TlsPair.HostName));
        }
    }

    [Fact]
    public async Task WhatAClientSaidInClearBehindItsRequestIsRefused()
    {
        (Socket client, Socket server) = Plain();
        using (client)
        using (server)
        {
            await client.SendAsync("starttls\r\nforged"u8.ToArray());
            byte[] line = new byte[10];
            Assert.Equal(10, (await server.ReceiveAsync(line)).Count);
            await RefusedAsync(server, () => server.UpgradeToTlsAsync(_server));
        }
    }

    [Fact]
    public async Task WhatTheApplicationHasReadAheadIsRefused()
    {
        (Socket client, Socket server) = Plain();
        using (client)
        using (server)
        {
            await RefusedAsync(server, () => server.UpgradeToTlsAsync(_server, unprocessedBytes: 1));
            await RefusedAsync(client, () => client.UpgradeToTlsAsync(_client, TlsPair.HostName, unprocessedBytes: 1));
        }
    }

    [Fact]
    public async Task WhatAPipeHasReadAheadIsRefused()
    {
        (Socket client, Socket socket) = Plain();
        using (client)
        {
            var options = new SocketAsyncOptions { InputPauseThreshold = 8, InputResumeThreshold = 4 };
            await using var server = new SocketAsync(socket, options);
            await client.SendAsync("starttls\r\nforged"u8.ToArray());
            long length = (await server.Input.ReadAsync()).Buffer.Length;
            Assert.True(length > 8); // so that the pipe receives nothing at the moment
            Assert.Throws<InvalidOperationException>(() => socket.StartUpgradeToTls(_server));
            await Assert.ThrowsAsync<InvalidOperationException>(() => socket.UpgradeToTlsAsync(_server).AsTask().WaitAsync(Waiting.HangGuard));
            Assert.Null(socket.Security);
        }
    }

    [Fact]
    public async Task AClientHelloThatIsThereAlreadyIsWelcome()
    {
        (Socket client, Socket server) = Plain();
        using (client)
        using (server)
        {
            Task upgrading = client.UpgradeToTlsAsync(_client, TlsPair.HostName).AsTask();
            Assert.True(server.Link.Underlying!.Poll(Waiting.HangGuard, SelectMode.SelectRead));
            await server.UpgradeToTlsAsync(_server);
            await upgrading.WaitAsync(Waiting.HangGuard);
        }
    }

    [Fact]
    public async Task WhatComesInClearLaterEndsTheHandshake()
    {
        (Socket client, Socket server) = Plain();
        using (client)
        using (server)
        {
            Task upgrading = client.UpgradeToTlsAsync(_client, TlsPair.HostName).AsTask();
            await server.SendAsync("250 ok, and not a word of TLS\r\n"u8.ToArray());
            SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => upgrading.WaitAsync(Waiting.HangGuard));
            Assert.Equal(SocketFailureReason.HandshakeFailed, failure.Reason);
            Assert.Equal(SocketState.Closed, client.State);
            await Assert.ThrowsAsync<SocketFailureException>(async () => await client.SendAsync(new byte[1]));
        }
    }

    [Fact]
    public async Task OnlyAnIdlePlainOpenStreamCanBeUpgraded()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pair.Client.UpgradeToTlsAsync(_client, TlsPair.HostName));
        await ExchangeAsync(pair.Client, pair.Server, "unharmed");

        (Socket client, Socket server) = Plain();
        using (client)
        using (server)
        {
            Task<SocketReceiveResult> pending = client.ReceiveAsync(new byte[1]).AsTask();
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.UpgradeToTlsAsync(_client, TlsPair.HostName));
            await server.SendAsync(new byte[1]);
            Assert.Equal(1, (await pending).Count);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.UpgradeToTlsAsync(_client)); // no name
            await ExchangeAsync(client, server, "unharmed");
            await client.ShutdownSendAsync();
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.UpgradeToTlsAsync(_client, TlsPair.HostName));
        }
    }

    [Fact]
    public async Task AGivenUpUpgradeLeavesNothingInClear()
    {
        (Socket client, Socket server) = Plain();
        using (client)
        using (server)
        {
            using var impatience = new CancellationTokenSource();
            Task upgrading = client.UpgradeToTlsAsync(_client, TlsPair.HostName, cancellationToken: impatience.Token).AsTask();
            impatience.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upgrading.WaitAsync(Waiting.HangGuard));
            Assert.False(client.TrySend("secret"u8, out _));
            client.Dispose();
            byte[] seen = new byte[4096];
            int count = (await server.ReceiveAsync(seen)).Count;
            Assert.Equal(0x16, seen[0]);
            Assert.Equal(-1, seen.AsSpan(0, count).IndexOf("secret"u8));
        }
    }

    private static (Socket Client, Socket Server) Plain()
    {
        (SystemSocket near, SystemSocket far) = TlsPair.Tcp(null);
        return (new Socket(new PlainLink(near), SocketTransport.Stream, TimeProvider.System), new Socket(new PlainLink(far), SocketTransport.Stream, TimeProvider.System));
    }

    private static async Task ExchangeAsync(Socket one, Socket other, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        byte[] buffer = new byte[bytes.Length];
        Task<int> sending = one.SendAsync(bytes).AsTask();
        Assert.Equal(bytes.Length, (await other.ReceiveAsync(buffer).AsTask().WaitAsync(Waiting.HangGuard)).Count);
        Assert.Equal(bytes, buffer);
        await sending;
    }

    private static async Task RefusedAsync(Socket socket, Func<ValueTask> upgrade)
    {
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(async () => await upgrade());
        Assert.Equal(SocketFailureReason.ProtocolError, failure.Reason);
        Assert.Equal(SocketState.Closed, socket.State);
        await Assert.ThrowsAsync<SocketFailureException>(async () => await socket.SendAsync(new byte[1]));
    }
}
