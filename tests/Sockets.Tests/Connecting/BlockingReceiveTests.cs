namespace Sockets.Tests.Connecting;

/// <summary>A receive that blocks lets the system's socket block. Nothing else may notice.</summary>
public class BlockingReceiveTests
{
    private readonly byte[] _byte = new byte[1];

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public async Task What_tries_does_not_block_after_a_receive_that_does(string kind)
    {
        using SocketPair pair = AfterBlockingReceive(kind);
        await Task.Run(() =>
        {
            Assert.False(pair.Client.TryReceive(_byte, out _));
            Assert.False(pair.Client.TryReceive(Span<byte>.Empty, out _));
            Fill(pair.Client);
            while (pair.Client.TrySend([_byte, _byte], out _))
            {
            }

            Assert.False(pair.Client.TryReceive([_byte.AsMemory(), _byte], out _));
        }).WaitAsync(Waiting.HangGuard, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public async Task Asynchronous_calls_do_not_block_after_a_receive_that_does(string kind)
    {
        using SocketPair pair = AfterBlockingReceive(kind);
        await Task.Run(async () =>
        {
            ValueTask<SocketReceiveResult> receiving = pair.Client.ReceiveAsync(_byte, CancellationToken.None);
            Assert.False(receiving.IsCompleted);
            Fill(pair.Client);
            while (await IsSentAsync(pair.Client))
            {
            }

            pair.Server.Send([1]);
            Assert.Equal(1, (await receiving).Count);
            Assert.False(pair.Client.TryReceive(_byte, out _));
        }).WaitAsync(Waiting.HangGuard, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public async Task A_file_does_not_block_after_a_receive_that_does(string kind)
    {
        using SocketPair pair = AfterBlockingReceive(kind);
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, new byte[100], TestContext.Current.CancellationToken);
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            await Task.Run(() =>
            {
                Fill(pair.Client);
                while (pair.Client.TrySendFile(file, 0, 100, out _))
                {
                }
            }).WaitAsync(Waiting.HangGuard, TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The client has received in the way that blocks, so that its system's socket does from now on.</summary>
    private SocketPair AfterBlockingReceive(string kind)
    {
        SocketPair pair = SocketPair.Plain(kind);
        pair.Server.Send([1]);
        Assert.Equal(1, pair.Client.Receive(_byte).Count);
        return pair;
    }

    /// <summary>Until there is no room. The system may find a little more while it moves what it has, so that only an end of trying is certain.</summary>
    private static void Fill(Socket socket)
    {
        byte[] much = new byte[65536];
        while (socket.TrySend(much, out _))
        {
        }
    }

    /// <summary>Whether a byte finds room; a send that has to wait for it returns to its caller, who cancels it.</summary>
    private static async Task<bool> IsSentAsync(Socket socket)
    {
        using var cancellation = new CancellationTokenSource();
        ValueTask<int> sending = socket.SendAsync(new byte[1], cancellation.Token);
        await cancellation.CancelAsync();
        try
        {
            return await sending == 1;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
