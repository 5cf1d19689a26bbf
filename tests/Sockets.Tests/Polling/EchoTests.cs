using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Polling;

/// <summary>A server and all its clients on one thread.</summary>
public class EchoTests
{
    private const int Clients = 100;
    private const int BytesEach = 40_000;

    public static MatrixTheoryData<bool, SocketPollMode> All => new(PollKinds.Both.Select(static row => row.Data), Enum.GetValues<SocketPollMode>());

    [Theory]
    [MemberData(nameof(All))]
    public void Every_client_gets_back_what_it_sent(bool isPortable, SocketPollMode mode)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var listener = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Clients);
        var sides = new List<EchoSide>();
        for (int i = 0; i < Clients; i++)
        {
            Socket client = Socket.StartConnect(listener.LocalEndPoint!, new SocketClientOptions().UsePlaintext());
            sides.Add(new EchoClient(poll, client, mode, i, BytesEach));
            SystemSocket accepted = listener.Accept();
            accepted.Blocking = false;
            sides.Add(new EchoServerSide(poll, new Socket(new Links.PlainLink(accepted), SocketTransport.Stream, TimeProvider.System), mode));
        }

        Drive(poll, sides);
    }

    /// <summary>Until both ends of all connections have ended in good order and were disposed by their owners.</summary>
    internal static void Drive(SocketPoll poll, List<EchoSide> sides)
    {
        poll.AddTimer(Waiting.HangGuard, "hang");
        var events = new SocketPollEvent[16];
        while (poll.Count > 0)
        {
            int count = poll.Wait(events, Timeout.InfiniteTimeSpan);
            foreach (SocketPollEvent found in events.AsSpan(0, count))
            {
                Assert.True(found.Timer is null, $"It hangs: {string.Join("; ", sides)}");
                if (found.Events != SocketEvents.None)
                    ((EchoSide)found.UserData!).OnEvents(found);
            }
        }

        Assert.All(sides, static side => Assert.True(side.IsDone, side.ToString()));
    }
}
