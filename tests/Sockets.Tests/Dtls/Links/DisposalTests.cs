using Sockets.Testing;

namespace Sockets.Tests;

/// <summary>Sockets disposed in the middle of everything: whatever goes on ends, with an end or a failure and nothing else.</summary>
public class DisposalTests
{
    public static TheoryData<DatagramKind, ulong> Seeds
    {
        get
        {
            var data = new TheoryData<DatagramKind, ulong>();
            foreach (DatagramKind kind in Enum.GetValues<DatagramKind>())
            {
                for (ulong seed = 1; seed <= 12; seed++)
                    data.Add(kind, seed);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task During_traffic(DatagramKind kind, ulong seed)
    {
        var random = new SeededRandom(seed);
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        int enough = random.Between(0, 200);
        Socket first = random.Chance(50) ? pair.Client : pair.Server;
        bool aborts = random.Chance(30);
        bool listenerToo = random.Chance(30);
        int sent = 0;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] users =
        [
            SendAsync(pair.Client, random.Pick(Enum.GetValues<DatagramFace>())),
            SendAsync(pair.Server, random.Pick(Enum.GetValues<DatagramFace>())),
            ReceiveAsync(pair.Client, random.Pick(Enum.GetValues<DatagramFace>())),
            ReceiveAsync(pair.Server, random.Pick(Enum.GetValues<DatagramFace>())),
        ];
        await reached.Task.WaitAsync(Waiting.HangGuard);
        if (aborts)
            first.Abort();
        else
            first.Dispose();
        if (listenerToo)
            await pair.Listener.DisposeAsync().AsTask().WaitAsync(Waiting.HangGuard);
        pair.Client.Dispose();
        pair.Server.Dispose();
        await Task.WhenAll(users).WaitAsync(Waiting.HangGuard);
        Assert.Equal(SocketState.Closed, pair.Client.State);
        Assert.Equal(SocketState.Closed, pair.Server.State);

        async Task SendAsync(Socket socket, DatagramFace face)
        {
            try
            {
                while (true)
                {
                    await socket.SendAsync(face, new byte[100]);
                    if (Interlocked.Increment(ref sent) >= enough)
                        reached.TrySetResult();
                    await Task.Yield();
                }
            }
            catch (SocketFailureException)
            {
                reached.TrySetResult();
            }
        }

        async Task ReceiveAsync(Socket socket, DatagramFace face)
        {
            try
            {
                byte[] buffer = new byte[200];
                while (!(await socket.ReceiveAsync(face, buffer)).IsEnd)
                {
                }
            }
            catch (SocketFailureException)
            {
                // Closed, or what the other end's disposal looks like from here.
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task During_the_handshake(bool drivenByPoll)
    {
        using var authority = new TestAuthority();
        await using var listener = SocketListener.Bind(
            new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0),
            new SocketListenerOptions().UseDtls(new DtlsServerOptions { Credentials = [authority.ServerCredential()] }));
        for (int i = 0; i < 20; i++)
        {
            SocketClientOptions options = new SocketClientOptions { DrivenByPoll = drivenByPoll }.UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = authority.Trust });
            Socket client = Socket.StartConnect(listener.LocalEndPoint, options);
            Task<SocketReceiveResult> receiving = Task.Run(() => client.Receive(new byte[10]));
            for (int looks = 0; looks < i; looks++)
                await Task.Yield();
            client.Dispose();
            SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => receiving.WaitAsync(Waiting.HangGuard));
            Assert.Equal(SocketFailureReason.Closed, failure.Reason);
        }
    }
}
