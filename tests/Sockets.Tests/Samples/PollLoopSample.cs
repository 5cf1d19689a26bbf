using System.Net;
using System.Text;

namespace Sockets.Tests.Samples;

/// <summary>The README's poll loop.</summary>
internal static class PollLoopSample
{
    public static string Run(EndPoint endPoint, SocketClientOptions options)
    {
        byte[] buffer = new byte[4096];
        using var poll = new SocketPoll();
        using Socket socket = Socket.StartConnect(endPoint, options); // connecting and handshake happen in the loop
        poll.Add(socket, SocketEvents.Connected | SocketEvents.Readable);
        var events = new SocketPollEvent[64];
        while (true)
        {
            int count = poll.Wait(events, TimeSpan.FromSeconds(1));
            foreach (SocketPollEvent happened in events.AsSpan(0, count))
            {
                if (happened.Failure is { } failure)
                    return failure.Message;
                if (happened.Events.HasFlag(SocketEvents.Connected))
                    socket.TrySend("hello"u8, out _);
                if (happened.Events.HasFlag(SocketEvents.Readable) && socket.TryReceive(buffer, out SocketReceiveResult received))
                    return Encoding.UTF8.GetString(buffer, 0, received.Count);
            }
        }
    }
}
