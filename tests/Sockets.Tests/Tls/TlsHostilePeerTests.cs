using System.Net.Sockets;
using Sockets.Links;

namespace Sockets.Tests.Tls;

/// <summary>Bytes that nobody honest sends, at every stage: they end the connection with a failure of known kind, at once, and leave nothing behind.</summary>
public sealed class TlsHostilePeerTests
{
    private readonly TlsClientContext _client = TlsIdentity.CreateClient(options => options.Certificate = TlsIdentity.Client);

    private readonly TlsServerContext _server = TlsIdentity.CreateServer(options =>
    {
        options.ClientAuthentication = TlsClientAuthentication.Required;
        options.Trust = TlsIdentity.Root.Trust;
    });

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 3)]
    [InlineData(true, 4)]
    public async Task GarbageEndsTheHandshake(bool isServer, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 60; i++)
        {
            (SystemSocket near, SystemSocket far) = TlsPair.Tcp(null);
            SocketLink link = isServer ? _server.Links.Wrap(new PlainLink(near)) : _client.Links.Wrap(new PlainLink(near), TlsPair.HostName);
            using var socket = new Socket(link, SocketTransport.Stream, TimeProvider.System);
            Task opening = link.OpenAsync(default).AsTask();
            byte[] garbage = new byte[random.Next(1, 600)];
            random.NextBytes(garbage);
            // What begins like a record gets further.
            if (i % 3 > 0)
                ((byte[])[(byte)(20 + random.Next(5)), 3, (byte)random.Next(5), (byte)random.Next(2), (byte)random.Next(256)]).AsSpan(0, Math.Min(5, garbage.Length)).CopyTo(garbage);
            await far.SendAsync(garbage);
            far.Shutdown(SocketShutdown.Send);
            SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => opening.WaitAsync(Waiting.HangGuard));
            Assert.True(failure.Reason is SocketFailureReason.HandshakeFailed, failure.ToString());
            far.Dispose();
        }

        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task OneWrongByteAtAnyStageEndsTheConnection(int seed)
    {
        int spoiled = 0;
        for (int i = 0; i < 60; i++)
        {
            // Each has its own: how long a signature is decides whether the one before was spoiled, and how much it drew.
            var random = new Random((seed * 1000) + i);
            bool spoilsToServer = random.Next(2) == 0;
            int target = random.Next(spoilsToServer ? 4_000 : 5_000); // somewhere in what a whole exchange takes
            int kind = random.Next(4);
            int passed = 0;
            bool isSpoiled = false;
            await using var wire = new Trickle((isToServer, bytes) =>
            {
                if (isToServer != spoilsToServer || isSpoiled)
                    return [bytes];
                int at = target - passed;
                passed += bytes.Length;
                if (at >= bytes.Length)
                    return [bytes];
                isSpoiled = true;
                Interlocked.Increment(ref spoiled);
                byte[] changed = kind switch
                {
                    0 => [.. bytes[..at], (byte)(bytes[at] ^ (1 << random.Next(8))), .. bytes[(at + 1)..]],
                    1 => [.. bytes[..at], .. bytes[(at + 1)..]],
                    2 => [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]],
                    _ => bytes[..at],
                };
                return changed.Length == 0 ? [[]] : [changed, []];
            });
            using var client = new Socket(_client.Links.Wrap(new PlainLink(wire.Client), TlsPair.HostName), SocketTransport.Stream, TimeProvider.System);
            using var server = new Socket(_server.Links.Wrap(new PlainLink(wire.Server)), SocketTransport.Stream, TimeProvider.System);
            Exception?[] ends = await Task.WhenAll(TalkAsync(client, isFirst: true), TalkAsync(server, isFirst: false)).WaitAsync(Waiting.HangGuard);
            if (isSpoiled)
                Assert.Contains(ends, static end => end is not null);
            foreach (Exception? end in ends)
                CheckKind(end);
        }

        Assert.True(spoiled > 20, $"Only {spoiled} connections were spoiled.");
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task ARecordThatDoesNotAuthenticateIsAProtocolError()
    {
        await using Foreign server = Foreign.Server();
        await server.OpenAgainst(TlsIdentity.CreateClient());
        byte[] forged = new byte[5 + 64];
        ((byte[])[0x17, 0x03, 0x03, 0x00, 64]).CopyTo(forged, 0);
        server.Raw.Send(forged);
        for (int i = 0; i < 2; i++)
        {
            SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(async () => await server.Ours.ReceiveAsync(new byte[10]));
            Assert.Equal(SocketFailureReason.ProtocolError, failure.Reason);
        }

        Assert.Equal(SocketState.Closed, server.Ours.State);
    }

    [Fact]
    public async Task PlaintextIsNotTakenForDataAfterTheHandshake()
    {
        await using Foreign server = Foreign.Server();
        await server.OpenAgainst(TlsIdentity.CreateClient());
        server.Raw.Send("HTTP/1.1 200 OK\r\n\r\n"u8);
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(async () => await server.Ours.ReceiveAsync(new byte[10]));
        Assert.Equal(SocketFailureReason.ProtocolError, failure.Reason);
    }

    /// <summary>Request and answer; what ended it otherwise than in good order.</summary>
    private static async Task<Exception?> TalkAsync(Socket socket, bool isFirst)
    {
        try
        {
            byte[] message = new byte[1000];
            await socket.Link.OpenAsync(default);
            if (isFirst)
                await socket.SendAsync(message);
            for (int received = 0; received < message.Length;)
            {
                SocketReceiveResult result = await socket.ReceiveAsync(message);
                if (result.IsEnd)
                    return new SocketFailureException(SocketFailureReason.Truncated, "It ended before everything was said.");
                received += result.Count;
            }

            if (!isFirst)
                await socket.SendAsync(message);
            await socket.ShutdownSendAsync();
            return (await socket.ReceiveAsync(message)).IsEnd ? null : new InvalidOperationException("There was more than was sent.");
        }
        catch (Exception exception)
        {
            socket.Dispose();
            return exception;
        }
    }

    private static void CheckKind(Exception? end) => Assert.True(
        end is null or SocketFailureException
        {
            Reason: SocketFailureReason.HandshakeFailed or SocketFailureReason.ProtocolError or SocketFailureReason.Truncated
                or SocketFailureReason.ConnectionReset or SocketFailureReason.CertificateRejected or SocketFailureReason.Closed,
        },
        end?.ToString());

    private void AssertNothingIsLeft()
    {
        Assert.Equal(0, _server.Handshakes);
        Assert.True(SpinWait.SpinUntil(() => _client.Buffers.Outstanding == 0 && _server.Buffers.Outstanding == 0, Waiting.HangGuard));
    }
}
