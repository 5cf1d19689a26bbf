using Sockets.Tests.Listening;

namespace Sockets.Tests.Polling;

/// <summary>Plain servers and their clients on one thread.</summary>
public class EchoTests
{
    private const int Clients = 60;

    public static MatrixTheoryData<bool, SocketPollMode> All => new(PollKinds.Both.Select(static row => row.Data), Enum.GetValues<SocketPollMode>());

    [Theory]
    [MemberData(nameof(All))]
    public void Streams_that_the_poll_accepts(bool isPortable, SocketPollMode mode)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        SocketListenerOptions server = Listeners.Plain;
        server.DrivenByPoll = true;
        EchoRun.Streams(poll, mode, server, Listeners.Client, Clients, bytesEach: 40_000);
    }

    /// <summary>The listener accepts on the thread pool, and its signals reach the poll.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Streams_that_are_accepted_in_the_background(bool isPortable, SocketPollMode mode)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        EchoRun.Streams(poll, mode, Listeners.Plain, Listeners.Client, Clients, bytesEach: 4_000);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Datagrams_whose_peers_the_poll_tells_apart(bool isPortable, SocketPollMode mode)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        SocketListenerOptions server = Listeners.PlainDatagrams;
        server.DrivenByPoll = true;
        EchoRun.Datagrams(poll, mode, server, Listeners.DatagramClient, clients: 10, datagramsEach: 20, hasEnd: false);
    }
}
