using Sockets.Links;
using Sockets.Tests.Polling;

namespace Sockets.Tests.Tls;

/// <summary>
/// As long as nothing makes SslStream's continuations hop (a scheduler, a deep stack, a certificate check of the platform that
/// goes elsewhere), the poll's thread does all of TLS too. Runs alone.
/// </summary>
[Collection(nameof(TlsBlockedThreadPoolTests))]
[CollectionDefinition(nameof(TlsBlockedThreadPoolTests), DisableParallelization = true)]
public class TlsBlockedThreadPoolTests
{
    public static MatrixTheoryData<bool, SocketPollMode> All => new(PollKinds.Both.Select(static row => row.Data), Enum.GetValues<SocketPollMode>());

    [Theory]
    [MemberData(nameof(All))]
    public void TLS_completes_handshakes_and_moves_data(bool isPortable, SocketPollMode mode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Where SslStream runs its continuations is known for Linux only.");
        SocketListenerOptions server = new SocketListenerOptions { DrivenByPoll = true }.UseTls(TlsIdentity.ServerOptions());
        SocketClientOptions client = new SocketClientOptions { DrivenByPoll = true }.UseTls(TlsIdentity.ClientOptions());
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var blocked = new BlockedThreadPool();
        EchoRun.Streams(poll, mode, server, client, clients: 4, bytesEach: 50_000, TlsPair.HostName);
        Assert.True(blocked.IsBlocked);
    }

    /// <summary>Records that bring the application nothing; the thread pool, which goes on with them, cannot before this has looked.</summary>
    [Fact]
    public async Task AnAsynchronousReceiveReturnsToItsCallerInTheMiddleOfAFlood()
    {
        (SocketLink link, OpenSslClient client) = await TlsFloodTests.OpenAsync();
        using (link)
        using (client)
        {
            await TlsFloodTests.FloodAsync(link, client);
            Task<int> receiving;
            int left;
            bool isOver;
            using (new BlockedThreadPool())
            {
                receiving = link.ReceiveAsync(new byte[16], default).AsTask();
                left = link.Underlying!.Available;
                isOver = receiving.IsCompleted;
            }

            Assert.True(left > TlsFloodTests.LeftByOneTurn && !isOver, $"The caller had to wait for all of it but {left}.");
            Assert.Equal(3, await receiving.WaitAsync(Waiting.HangGuard));
        }
    }
}
