namespace Sockets.Tests.Soaks;

/// <summary>
/// Operations of every face under way in both directions while another thread closes the socket: each of them ends, and says
/// that this program closed it; nothing else comes out.
/// </summary>
public abstract class DisposalSoakSuite
{
    private const int Rounds = 150;

    private protected abstract Task<SocketPair> OpenAsync(int bufferSize);

    [Fact]
    public async Task EveryOperationEndsAndSaysWhy()
    {
        for (int seed = 1; seed <= Rounds; seed++)
        {
            using SocketPair pair = await OpenAsync(bufferSize: 20_000);
            var random = new Random(seed);
            using var begun = new CountdownEvent(2);
            int spins = random.Next(3_000);
            int receiving = random.Next(6);
            int sending = random.Next(6);
            bool aborts = random.Next(2) == 0;
            Task<Exception> receives = Task.Run(() => RunAsync(begun, () => ReceiveAsync(pair.Client, receiving)));
            Task<Exception> sends = Task.Run(() => RunAsync(begun, () => SendAsync(pair.Client, sending)));
            Assert.True(begun.Wait(Waiting.HangGuard));
            Thread.SpinWait(spins);
            if (aborts)
                pair.Client.Abort();
            else
                await pair.Client.DisposeAsync();
            string context = $"seed {seed}, receive {receiving}, send {sending}";
            AssertClosed(await receives.WaitAsync(Waiting.HangGuard), context);
            AssertClosed(await sends.WaitAsync(Waiting.HangGuard), context);
            Assert.Equal(SocketState.Closed, pair.Client.State);
        }
    }

    private static void AssertClosed(Exception exception, string context)
    {
        Assert.True(exception is SocketFailureException or ObjectDisposedException { ObjectName: not null }, $"{context}: {exception}");
        if (exception is SocketFailureException failure)
            Assert.True(failure.Reason == SocketFailureReason.Closed, $"{context}: {exception}");
    }

    private static async Task<Exception> RunAsync(CountdownEvent begun, Func<Task> operation)
    {
        begun.Signal();
        try
        {
            while (true)
                await operation();
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private static async Task ReceiveAsync(Socket socket, int face)
    {
        byte[] buffer = new byte[100];
        switch (face)
        {
            case 0:
                socket.TryReceive(buffer, out _);
                break;
            case 1:
                socket.Receive(buffer);
                break;
            case 2:
                await socket.ReceiveAsync(new Memory<byte>[] { buffer, buffer });
                break;
            case 3:
                await socket.ReceiveAsync(Memory<byte>.Empty);
                break;
            case 4:
                socket.ReceiveTimeout = TimeSpan.FromHours(1);
                await socket.ReceiveAsync(buffer);
                break;
            default:
                using (var poll = new SocketPoll())
                {
                    poll.Add(socket, SocketEvents.Readable | SocketEvents.Writable);
                    var events = new SocketPollEvent[1];
                    while (poll.Contains(socket))
                        poll.Wait(events, TimeSpan.Zero);
                }

                break;
        }
    }

    private static async Task SendAsync(Socket socket, int face)
    {
        byte[] buffer = new byte[1000];
        switch (face)
        {
            case 0:
                socket.TrySend(buffer, out _);
                break;
            case 1:
                socket.Send(buffer);
                break;
            case 2:
                await socket.SendAsync(new ReadOnlyMemory<byte>[] { buffer, buffer });
                break;
            case 3:
                socket.Send([buffer.AsMemory(), buffer.AsMemory()]);
                break;
            case 4:
                socket.SendTimeout = TimeSpan.FromHours(1);
                await socket.SendAsync(buffer);
                break;
            default:
                await socket.SendAsync(buffer);
                break;
        }
    }
}
