using System.Net;
using System.Net.Sockets;
using Sockets.Tests.Listening;
using Sockets.Tests.Vectors;

namespace Sockets.Tests.Faults;

/// <summary>What a program does wrong, or oddly, ends nothing and is said clearly.</summary>
public sealed class MisuseTests
{
    [Fact]
    public async Task MoreBytesThanACountCanTellAreRefusedAndTheSocketGoesOn()
    {
        using SocketPair pair = SocketPair.Plain("tcp");
        byte[] large = GC.AllocateUninitializedArray<byte>(1 << 28);
        var buffers = new ReadOnlyMemory<byte>[8];
        var room = new Memory<byte>[8];
        Array.Fill(buffers, large);
        Array.Fill(room, large);
        await Assert.ThrowsAsync<ArgumentException>(() => pair.Client.SendAsync(buffers).AsTask());
        Assert.Throws<ArgumentException>(() => pair.Client.Send(buffers));
        Assert.Throws<ArgumentException>(() => pair.Client.TrySend(buffers, out _));
        Assert.Throws<ArgumentException>(() => pair.Client.TryReceive(room, out _));
        await Assert.ThrowsAsync<ArgumentException>(() => pair.Client.ReceiveAsync(room).AsTask());
        Assert.Equal(SocketState.Open, pair.Client.State);
        await Listeners.ExchangeAsync(pair.Client, pair.Server);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task ASequenceMayHaveAnyNumberOfEmptyPieces(string kind)
    {
        using SocketPair pair = SocketPair.Plain(kind);
        var pieces = new ReadOnlyMemory<byte>[300];
        pieces[150] = "ab"u8.ToArray();
        pieces[299] = "c"u8.ToArray();
        Task<long> sending = Task.Run(() => pair.Client.SendAsync(Segment.Sequence(pieces)).AsTask());
        Assert.Equal(3, await sending.WaitAsync(Waiting.HangGuard));
        byte[] buffer = new byte[8];
        Assert.Equal(3, (await pair.Server.ReceiveAsync(buffer)).Count);
        Assert.Equal("abc"u8, buffer.AsSpan(0, 3));
    }

    [Fact]
    public void AnEndPointThatIsNoAddressIsSaidToBeOne()
    {
        var name = new DnsEndPoint("server.example", 80);
        Assert.Equal("endPoint", Assert.Throws<ArgumentException>(() => Socket.StartConnect(name, Listeners.Client)).ParamName);
        Assert.Equal("endPoint", Assert.Throws<ArgumentException>(() => Socket.StartConnect(name, Listeners.DatagramClient)).ParamName);
    }

    [Fact]
    public async Task DatagramsNeedAnIPAddress()
    {
        ArgumentException exception = await Assert.ThrowsAsync<ArgumentException>(
            () => Socket.ConnectAsync(new UnixDomainSocketEndPoint("/nobody/is/here"), Listeners.DatagramClient).AsTask());
        Assert.Contains("UDP", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AUnixServerWhoseQueueIsFullIsNotTakenForAConnection()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the system refuses at once.");
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var listening = new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var endPoint = new UnixDomainSocketEndPoint(path);
        listening.Bind(endPoint);
        listening.Listen(0);
        var connected = new List<Socket>();
        try
        {
            SocketFailureException failure = Assert.Throws<SocketFailureException>(() =>
            {
                for (int i = 0; i < 16; i++)
                {
                    Socket socket = Socket.StartConnect(endPoint, Listeners.Client);
                    connected.Add(socket);
                    Assert.Equal(SocketState.Open, socket.State);
                }
            });
            Assert.Equal(SocketFailureReason.ConnectionRefused, failure.Reason);
            failure = await Assert.ThrowsAsync<SocketFailureException>(() => Socket.ConnectAsync(endPoint, Listeners.Client).AsTask());
            Assert.Equal(SocketFailureReason.ConnectionRefused, failure.Reason);
        }
        finally
        {
            connected.ForEach(static socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task ALowPauseThresholdNeedsNoOtherAndNoneIsRefused()
    {
        using SocketPair pair = SocketPair.Plain("tcp");
        await using var client = new SocketAsync(pair.Client, new SocketAsyncOptions { InputPauseThreshold = 1000, OutputPauseThreshold = 1000 });
        await client.Output.WriteAsync(new byte[10]);
        await pair.Server.SendAsync(await pair.Server.ReceiveExactlyAsync(10));
        Assert.Equal(10, (await client.Input.ReadAtLeastAsync(10, Listeners.Guard)).Buffer.Length);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new SocketAsyncOptions { InputPauseThreshold = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(static () => new SocketAsyncOptions { OutputPauseThreshold = -1 });
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    [InlineData("udp")]
    public async Task DisposalEndsABlockedReceive(string kind)
    {
        using SocketPair pair = SocketPair.Plain(kind);
        using var begun = new ManualResetEventSlim();
        Task<SocketFailureException> receiving = Task.Run(() =>
        {
            begun.Set();
            return Assert.Throws<SocketFailureException>(() => pair.Client.Receive(new byte[1]));
        });
        Assert.True(begun.Wait(Waiting.HangGuard));
        pair.Client.Dispose();
        Assert.Equal(SocketFailureReason.Closed, (await receiving.WaitAsync(Waiting.HangGuard)).Reason);
    }
}
