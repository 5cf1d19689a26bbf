using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace Sockets.LoadBench.Poll;

/// <summary>The loop of <c>poll_peer.c</c> on <see cref="SocketPoll"/>: both ends of N connections, one message under way in each.</summary>
internal sealed class PollWork : LoadWork
{
    private const int MessageLength = 64;
    private const int EventsLength = 256;

    private readonly int _operations;
    private readonly List<Socket> _sockets = [];
    private readonly SocketPoll _poll = new();
    private readonly SocketPollEvent[] _events = new SocketPollEvent[EventsLength];
    private readonly byte[] _message = GC.AllocateArray<byte>(MessageLength, pinned: true);

    /// <param name="connections">How many.</param>
    /// <param name="operations">Events of a slice.</param>
    /// <param name="connect">Makes one.</param>
    public PollWork(int connections, int operations, Func<(Socket Near, Socket Far)> connect)
    {
        _operations = operations;
        for (int i = 0; i < connections; i++)
        {
            (Socket near, Socket far) = connect();
            _sockets.AddRange([near, far]);
            _poll.Add(near, SocketEvents.Readable);
            _poll.Add(far, SocketEvents.Readable);
            near.Send(_message);
        }
    }

    public override string Name => "SocketPoll";

    public override CpuScope Scope => CpuScope.Process;

    public override void RunSlice(CpuClock clock)
    {
        clock.Start();
        clock.Stop(RunEvents());
    }

    public override void Dispose()
    {
        _poll.Dispose();
        foreach (Socket socket in _sockets)
            socket.Dispose();
    }

    // The batch that makes the slice whole is done to its end: who is ready and not asked would be asked twice.
    private int RunEvents()
    {
        int done = 0;
        while (done < _operations)
        {
            int found = _poll.Wait(_events, Timeout.InfiniteTimeSpan);
            foreach (ref readonly SocketPollEvent one in _events.AsSpan(0, found))
            {
                Socket socket = one.Socket!;
                if (!socket.TryReceive(_message, out SocketReceiveResult received) || received.Count != MessageLength)
                    throw new InvalidDataException("A message did not come whole.");
                if (!socket.TrySend(_message, out int sent) || sent != MessageLength)
                    throw new InvalidDataException("A message was not sent whole.");
            }

            done += found;
        }

        return done;
    }
}
