using System.Globalization;
using System.IO.Pipes;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Sockets.Platform;

namespace Sockets.Tests.Platform;

public sealed class SendFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly byte[] _content = new byte[100_000];

    public SendFileTests()
    {
        Assert.SkipUnless(SendFile.IsSupported, "No sendfile with offset here.");
        new Random(1).NextBytes(_content);
        File.WriteAllBytes(_path, _content);
    }

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("tcp", 0, 5_000)]
    [InlineData("tcp", 1_234, 4_321)]
    [InlineData("unix", 99_990, 10)]
    public void It_sends_from_the_offset_and_leaves_the_position_alone(string kind, int offset, int count)
    {
        using SystemPair pair = SystemPair.Create(kind);
        using SafeFileHandle file = File.OpenHandle(_path);
        long position = PositionOf(file);
        Assert.Equal(SocketError.Success, SendFile.TrySend(pair.First, file, offset, count, out long sent));
        Assert.Equal(count, sent);
        Assert.Equal(_content[offset..(offset + count)], SystemPair.ReceiveExactly(pair.Second, count));
        Assert.Equal(position, PositionOf(file));
    }

    [Fact]
    public void It_sends_what_is_there_and_then_nothing()
    {
        using SystemPair pair = SystemPair.Tcp();
        using SafeFileHandle file = File.OpenHandle(_path);
        Assert.Equal(SocketError.Success, SendFile.TrySend(pair.First, file, _content.Length - 7, 1_000, out long sent));
        Assert.Equal(7, sent);
        Assert.Equal(SocketError.Success, SendFile.TrySend(pair.First, file, _content.Length, 1_000, out sent));
        Assert.Equal(0, sent);
        Assert.Equal(SocketError.Success, SendFile.TrySend(pair.First, file, long.MaxValue - SendFile.MaxCount, SendFile.MaxCount, out sent));
        Assert.Equal(0, sent);
        Assert.Equal(SocketError.Success, SendFile.TrySend(pair.First, file, 0, 0, out sent));
        Assert.Equal(0, sent);
    }

    [Fact]
    public void Offsets_beyond_four_gigabytes_are_exact()
    {
        const long Far = 5L << 30;
        using SystemPair pair = SystemPair.Tcp();
        using (SafeFileHandle sparse = File.OpenHandle(_path, FileMode.Open, FileAccess.Write))
            RandomAccess.Write(sparse, "far away"u8, Far);
        using SafeFileHandle file = File.OpenHandle(_path);
        Assert.Equal(SocketError.Success, SendFile.TrySend(pair.First, file, Far, long.MaxValue - Far, out long sent));
        Assert.Equal(8, sent);
        Assert.Equal("far away"u8, SystemPair.ReceiveExactly(pair.Second, 8));
    }

    [Fact]
    public void A_full_socket_would_block_and_every_byte_that_was_counted_arrives()
    {
        using SystemPair pair = SystemPair.Tcp();
        using SafeFileHandle file = File.OpenHandle(_path);
        List<byte> expected = [];
        SocketError error;
        while ((error = SendFile.TrySend(pair.First, file, 0, _content.Length, out long sent)) == SocketError.Success)
            expected.AddRange(_content.AsSpan(0, (int)sent));
        Assert.Equal(SocketError.WouldBlock, error);
        Assert.Equal(expected, SystemPair.ReceiveExactly(pair.Second, expected.Count));
        Assert.Equal(0, pair.Second.Available);
    }

    [Fact]
    public void A_pipe_is_for_the_fallback()
    {
        using SystemPair pair = SystemPair.Tcp();
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var file = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.Equal(SocketError.OperationNotSupported, SendFile.TrySend(pair.First, file, 0, 10, out long sent));
        Assert.Equal(0, sent);
    }

    [Fact]
    public void A_peer_that_is_gone_is_an_error()
    {
        using SystemPair pair = SystemPair.Tcp();
        using SafeFileHandle file = File.OpenHandle(_path);
        pair.Second.LingerState = new LingerOption(true, 0);
        pair.Second.Dispose();
        SystemPair.AwaitReadable(pair.First);
        Assert.Contains(SendFile.TrySend(pair.First, file, 0, 10, out long sent), new[] { SocketError.ConnectionReset, SocketError.Shutdown });
        Assert.Equal(0, sent);
    }

    [Fact]
    public void Misuse_is_refused()
    {
        using SystemPair pair = SystemPair.Tcp();
        using SafeFileHandle file = File.OpenHandle(_path);
        Assert.Throws<ArgumentOutOfRangeException>(() => SendFile.TrySend(pair.First, file, -1, 10, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => SendFile.TrySend(pair.First, file, 0, -1, out _));
        pair.First.Dispose();
        Assert.Throws<ObjectDisposedException>(() => SendFile.TrySend(pair.First, file, 0, 10, out _));
    }

    [Fact]
    public void It_does_not_allocate()
    {
        using SystemPair pair = SystemPair.Tcp();
        using SafeFileHandle file = File.OpenHandle(_path);
        byte[] buffer = new byte[100];
        Assert.Equal(0, Allocations.PerCall(() =>
        {
            Assert.True(SendFile.TrySend(pair.First, file, 100, 100, out _) == SocketError.Success);
            SystemPair.AwaitReadable(pair.Second);
            pair.Second.Receive(buffer);
        }));
    }

    private static long PositionOf(SafeFileHandle file) => long.Parse(
        File.ReadLines($"/proc/self/fdinfo/{file.DangerousGetHandle()}").First(static line => line.StartsWith("pos:", StringComparison.Ordinal))[4..], CultureInfo.InvariantCulture);
}
