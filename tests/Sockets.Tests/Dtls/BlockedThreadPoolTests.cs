using Sockets.Tests.Polling;

namespace Sockets.Tests;

/// <summary>A thread pool that does nothing at all: what the poll drives needs none. Runs alone.</summary>
[Collection(nameof(BlockedThreadPoolTests))]
[CollectionDefinition(nameof(BlockedThreadPoolTests), DisableParallelization = true)]
public class BlockedThreadPoolTests
{
    public static MatrixTheoryData<bool, SocketPollMode> All => new(PollKinds.Both.Select(static row => row.Data), Enum.GetValues<SocketPollMode>());

    [Theory]
    [MemberData(nameof(All))]
    public void DTLS_completes_handshakes_and_moves_data(bool isPortable, SocketPollMode mode)
    {
        using var authority = new TestAuthority();
        SocketListenerOptions server = new SocketListenerOptions { DrivenByPoll = true }.UseDtls(new DtlsServerOptions { Credentials = [authority.ServerCredential()] });
        SocketClientOptions client = new SocketClientOptions { DrivenByPoll = true }.UseDtls(new DtlsClientOptions { Trust = authority.Trust });
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var blocked = new BlockedThreadPool();
        EchoRun.Datagrams(poll, mode, server, client, clients: 4, datagramsEach: 10, "localhost");
        Assert.True(blocked.IsBlocked);
    }
}
