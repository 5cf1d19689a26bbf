using System.Security.Cryptography;
using Sockets.Tests.Files;

namespace Sockets.Tests.Tls;

public sealed class TlsSendFileTests
{
    private const int Length = 3_000_000;

    private static readonly TlsClientContext Client = TlsIdentity.CreateClient();
    private static readonly TlsServerContext Server = TlsIdentity.CreateServer();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_parts_arrive_as_they_are(int seed)
    {
        var random = new Random(seed);
        using var file = new TestFile(Length, seed);
        await using TlsPair pair = await TlsPair.OpenAsync(Client, Server);
        Task<byte[]> receiving = pair.Server.ReceiveToEndAsync(random.Next(1, 100_000));
        var expected = new MemoryStream();
        for (int i = 0; i < 8; i++)
        {
            int offset = random.Next(Length);
            int length = random.Next(Length - offset + 1);
            SocketSendFileResult result = i % 2 == 0
                ? await pair.Client.SendFileAsync(file.Handle, offset, length).AsTask().WaitAsync(Waiting.HangGuard)
                : await Task.Run(() => pair.Client.SendFile(file.Name, offset, length)).WaitAsync(Waiting.HangGuard);
            Assert.Equal(new SocketSendFileResult(length, SocketSendFileOutcome.Complete), result);
            expected.Write(file.Content, offset, length);
        }

        await pair.Client.ShutdownSendAsync().AsTask().WaitAsync(Waiting.HangGuard);
        byte[] received = await receiving;
        Assert.Equal(SHA256.HashData(expected.ToArray()), SHA256.HashData(received));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Cancelled_again_and_again_it_goes_on_from_the_exact_count(int seed)
    {
        var random = new Random(seed);
        using var file = new TestFile(Length, seed);
        await using TlsPair pair = await TlsPair.OpenAsync(Client, Server, bufferSize: 100_000);
        long position = 0;
        var received = new MemoryStream();
        while (position < Length)
        {
            using var cancellation = new CancellationTokenSource();
            ValueTask<SocketSendFileResult> sending = pair.Client.SendFileAsync(file.Handle, position, cancellationToken: cancellation.Token);
            received.Write(await pair.Server.ReceiveExactlyAsync(Math.Min(random.Next(1, Length / 10), Length - (int)received.Length)));
            await cancellation.CancelAsync();
            try
            {
                position += (await sending.AsTask().WaitAsync(Waiting.HangGuard)).BytesSent;
            }
            catch (OperationCanceledException)
            {
                // Nothing was accepted.
            }
        }

        await pair.Client.ShutdownSendAsync().AsTask().WaitAsync(Waiting.HangGuard);
        received.Write(await pair.Server.ReceiveToEndAsync());
        Assert.Equal(SHA256.HashData(file.Content), SHA256.HashData(received.ToArray()));
    }

    [Fact]
    public async Task What_was_accepted_when_a_send_was_cancelled_arrives_though_nothing_more_is_sent()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(Client, Server, bufferSize: 100_000);
        using var cancellation = new CancellationTokenSource();
        ValueTask<int> sending = pair.Client.SendAsync(new byte[5_000_000], cancellation.Token);
        Assert.False(sending.IsCompleted);
        await cancellation.CancelAsync();
        int accepted = await sending.AsTask().WaitAsync(Waiting.HangGuard);
        Assert.InRange(accepted, 1, 4_999_999);
        await pair.Server.ReceiveExactlyAsync(accepted);
    }

    [Fact]
    public async Task A_file_that_is_cut_while_it_is_sent_is_told()
    {
        const int Rest = 2_000_001;
        using var file = new TestFile(Length);
        await using TlsPair pair = await TlsPair.OpenAsync(Client, Server, bufferSize: 100_000);
        ValueTask<SocketSendFileResult> sending = pair.Client.SendFileAsync(file.Handle);
        Assert.False(sending.IsCompleted);
        RandomAccess.SetLength(file.Handle, Rest);
        Task<byte[]> receiving = pair.Server.ReceiveExactlyAsync(Rest);
        Assert.Equal(new SocketSendFileResult(Rest, SocketSendFileOutcome.FileShrank), await sending.AsTask().WaitAsync(Waiting.HangGuard));
        byte[] received = await receiving;
        Assert.Equal(SHA256.HashData(file.Content.AsSpan(0, Rest)), SHA256.HashData(received));
    }
}
