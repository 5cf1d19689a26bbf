namespace Sockets.Tests.Polling;

/// <summary>Waits of a poll, as lists: user data and what was found.</summary>
internal static class PollReading
{
    private const int Room = 64;

    /// <summary>What there is now.</summary>
    public static List<(object? UserData, SocketEvents Events)> Look(this SocketPoll poll, int room = Room) => poll.Collect(TimeSpan.Zero, room);

    /// <summary>Waits until there is something; fails when nothing comes.</summary>
    public static List<(object? UserData, SocketEvents Events)> Await(this SocketPoll poll, int room = Room)
    {
        List<(object? UserData, SocketEvents Events)> found = poll.Collect(Waiting.HangGuard, room);
        Assert.NotEmpty(found);
        return found;
    }

    /// <summary>The one event that comes.</summary>
    public static SocketPollEvent AwaitOne(this SocketPoll poll)
    {
        var events = new SocketPollEvent[2];
        Assert.Equal(1, poll.Wait(events, Waiting.HangGuard));
        return events[0];
    }

    private static List<(object? UserData, SocketEvents Events)> Collect(this SocketPoll poll, TimeSpan timeout, int room)
    {
        var events = new SocketPollEvent[room];
        int count = poll.Wait(events, timeout);
        return [.. events.Take(count).Select(static found => (found.UserData, found.Events))];
    }
}
