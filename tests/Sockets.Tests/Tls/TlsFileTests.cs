using Microsoft.Win32.SafeHandles;
using Sockets.Tests.Tool;

namespace Sockets.Tests.Tls;

/// <summary>Files under TLS: read and encrypted in whole records, and counted exactly.</summary>
public sealed class TlsFileTests : IDisposable
{
    private const int Length = 1_234_567;

    private readonly TlsClientContext _client = TlsIdentity.CreateClient();
    private readonly TlsServerContext _server = TlsIdentity.CreateServer();
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _content = new byte[Length];

    public TlsFileTests()
    {
        new Random(1).NextBytes(_content);
        File.WriteAllBytes(_folder["file"], _content);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatIsAcceptedIsCountedAndACallerCanGoOnFromThere()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server, bufferSize: 4096);
        using SafeFileHandle file = File.OpenHandle(_folder["file"]);
        Task<byte[]> receiving = ReceiveAllAsync(pair.Server);
        long sent = 0;
        while (sent < Length)
        {
            if (pair.Client.TrySendFile(file, sent, Length - sent, out long accepted))
            {
                // Records are whole but for the last one.
                Assert.True(accepted % 16_384 == 0 || sent + accepted == Length, $"{accepted} at {sent}");
                sent += accepted;
            }
            else
            {
                await Task.Yield();
            }
        }

        await pair.Client.ShutdownSendAsync();
        Assert.Equal(_content, await receiving.WaitAsync(Waiting.HangGuard));
        Assert.Equal((0, 0), (_client.Buffers.Outstanding, _server.Buffers.Outstanding));
    }

    [Theory]
    [InlineData(true, 0L, null)]
    [InlineData(false, 0L, null)]
    [InlineData(true, 1000L, 100_000L)]
    [InlineData(false, 16_384L, 16_385L)]
    public async Task PartsArriveAsTheyAre(bool isAsync, long offset, long? length)
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server);
        Task<byte[]> receiving = ReceiveAllAsync(pair.Server);
        long expected = length ?? Length - offset;
        SocketSendFileResult result = isAsync
            ? await pair.Client.SendFileAsync(_folder["file"], offset, length)
            : pair.Client.SendFile(_folder["file"], offset, length);
        Assert.Equal((expected, true), (result.BytesSent, result.IsComplete));
        pair.Client.ShutdownSend();
        Assert.Equal(_content[(int)offset..(int)(offset + expected)], await receiving.WaitAsync(Waiting.HangGuard));
    }

    private static async Task<byte[]> ReceiveAllAsync(Socket socket)
    {
        var all = new MemoryStream();
        byte[] buffer = new byte[10_000];
        while (await socket.ReceiveAsync(buffer) is { IsEnd: false } result)
            all.Write(buffer, 0, result.Count);
        return all.ToArray();
    }
}
