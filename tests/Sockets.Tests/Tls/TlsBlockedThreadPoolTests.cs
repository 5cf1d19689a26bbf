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
}
