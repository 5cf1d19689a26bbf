using Sockets.Links;

namespace Sockets.Tests.Tls;

/// <summary>A peer whose records bring the application nothing: it takes its turn like everybody else.</summary>
public sealed class TlsFloodTests
{
    /// <summary>Less than is left, of 300,000 bytes, by eight reads into SslStream's buffer.</summary>
    internal const int LeftByOneTurn = 10_000;

    private const int Updates = 20_000; // half a megabyte

    [Fact]
    public async Task KeyUpdatesDoNotHoldTheThreadOfATryReceive()
    {
        (SocketLink link, OpenSslClient client) = await OpenAsync();
        using (link)
        using (client)
        {
            await FloodAsync(link, client);
            byte[] buffer = new byte[16];
            Assert.Equal(SocketLink.WouldBlock, link.TryReceive(buffer));
            Assert.True(link.Underlying!.Available > LeftByOneTurn, "One call took everything.");
            int turns = 1;
            int count;
            while ((count = link.TryReceive(buffer)) == SocketLink.WouldBlock)
            {
                Assert.True(++turns < 1_000);
                Assert.True(link.Wait(LinkWants.Read, Waiting.HangGuard));
            }

            Assert.Equal(3, count);
        }
    }

    [Theory]
    [InlineData(SocketPollMode.Level)]
    [InlineData(SocketPollMode.Edge)]
    public async Task APollFindsWhatComesBehindThem(SocketPollMode mode)
    {
        (SocketLink link, OpenSslClient client) = await OpenAsync();
        using var socket = new Socket(link, SocketTransport.Stream, TimeProvider.System);
        using (client)
        {
            await FloodAsync(link, client);
            using SocketPoll poll = new();
            poll.Add(socket, SocketEvents.Readable, mode);
            var events = new SocketPollEvent[4];
            byte[] buffer = new byte[16];
            while (true)
            {
                Assert.Equal(1, poll.Wait(events, Waiting.HangGuard));
                if (socket.TryReceive(buffer, out SocketReceiveResult result))
                {
                    Assert.Equal(3, result.Count);
                    return;
                }
            }
        }
    }

    internal static async Task<(SocketLink Link, OpenSslClient Client)> OpenAsync()
    {
        if (!OpenSslClient.IsThere)
            Assert.Skip("OpenSSL's library is not here.");
        (SystemSocket near, SystemSocket far) = TlsPair.Tcp(null);
        far.ReceiveBufferSize = near.SendBufferSize = 4 << 20;
        var client = new OpenSslClient(near);
        SocketLink link = TlsIdentity.CreateServer().Links.Wrap(new PlainLink(far));
        await Task.WhenAll(client.HandshakeAsync(), link.OpenAsync(default).AsTask()).WaitAsync(Waiting.HangGuard);
        return (link, client);
    }

    /// <summary>Everything is with the system when this is done, and three bytes are behind it.</summary>
    internal static async Task FloodAsync(SocketLink link, OpenSslClient client)
    {
        await client.SendKeyUpdatesAsync(Updates).WaitAsync(Waiting.HangGuard);
        await client.SendAsync([1, 2, 3]).WaitAsync(Waiting.HangGuard);
        while (link.Underlying!.Available < 300_000)
            await Task.Yield();
    }
}
