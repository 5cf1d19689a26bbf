using System.Net;
using System.Net.Sockets;
using Sockets.Links;
using Sockets.Platform;
using Sockets.Testing;
using SystemSocket = System.Net.Sockets.Socket;

namespace Sockets.Allocation.Tests.Polling;

/// <summary>A loop in steady state: waits, events, receives, sends, re-arming, timers and wakes.</summary>
public class PollAllocationTests
{
    private const int Pairs = 40;
    private const int Rounds = 200;

    public static MatrixTheoryData<bool, SocketPollMode> All => new(OperatingSystem.IsLinux() ? [false, true] : [true], Enum.GetValues<SocketPollMode>());

    [Theory]
    [MemberData(nameof(All))]
    public void A_loop_allocates_nothing(bool isPortable, SocketPollMode mode)
    {
        using var poll = new SocketPoll(TimeProvider.System, isPortable ? Readiness.CreatePortable() : Readiness.Create());
        var sockets = new List<Socket>();
        for (int i = 0; i < Pairs; i++)
        {
            (Socket one, Socket other) = CreatePair();
            sockets.AddRange([one, other]);
            poll.Add(one, SocketEvents.Readable, one, mode);
            poll.Add(other, SocketEvents.Readable, other, mode);
            Assert.True(one.TrySend([1], out _));
        }

        poll.AddTimer(TimeSpan.Zero, period: TimeSpan.FromMilliseconds(1));
        var events = new SocketPollEvent[32];
        byte[] buffer = new byte[16];
        Assert.Equal(0, AllocationAssert.FewestBytes(() => Turn(poll, mode, events, buffer)));
        foreach (Socket socket in sockets)
            socket.Dispose();
    }

    /// <summary>Every byte goes back to where it came from.</summary>
    private static void Turn(SocketPoll poll, SocketPollMode mode, SocketPollEvent[] events, byte[] buffer)
    {
        for (int round = 0; round < Rounds; round++)
        {
            if (round % 16 == 0)
                poll.Wake();
            int count = poll.Wait(events, Timeout.InfiniteTimeSpan);
            foreach (SocketPollEvent found in events.AsSpan(0, count))
            {
                if (found.Socket is not { } socket)
                    continue;
                while (socket.TryReceive(buffer, out SocketReceiveResult result))
                    socket.TrySend(buffer.AsSpan(0, result.Count), out _);
                if (mode == SocketPollMode.OneShot)
                    poll.Modify(socket, SocketEvents.Readable);
            }
        }
    }

    private static (Socket One, Socket Other) CreatePair()
    {
        using var listener = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var one = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        one.Connect(listener.LocalEndPoint!);
        SystemSocket other = listener.Accept();
        other.NoDelay = true;
        return (Wrap(one), Wrap(other));
    }

    private static Socket Wrap(SystemSocket socket)
    {
        socket.Blocking = false;
        return new Socket(new PlainLink(socket), SocketTransport.Stream, TimeProvider.System);
    }
}
