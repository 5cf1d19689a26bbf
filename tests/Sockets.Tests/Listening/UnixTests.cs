using System.Net.Sockets;
using Sockets.Tests.Tool;

namespace Sockets.Tests.Listening;

/// <summary>Unix sockets and the files that stand for them.</summary>
public sealed class UnixTests
{
    [Fact]
    public async Task AConnectionCarriesBytesAndTheFileGoesWithTheListener()
    {
        using var folder = new TemporaryFolder();
        string path = folder["s"];
        await using (var listener = SocketListener.Bind(path, Listeners.Plain))
        {
            Assert.True(File.Exists(path));
            await using Socket client = await listener.ConnectAsync();
            await using Socket server = await listener.AcceptAsync();
            await Listeners.ExchangeAsync(client, server);
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task TheFileHasTheModeThatWasAskedFor()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Files have no mode on Windows.");
            return;
        }

        using var folder = new TemporaryFolder();
        string path = folder["s"];
        SocketListenerOptions options = Listeners.Plain;
        options.UnixSocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var listener = SocketListener.Bind(path, options);

        Assert.Equal(options.UnixSocketMode, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task TheFileOfADeadServerIsReplaced()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Elsewhere a stale file is not told from others.");
        using var folder = new TemporaryFolder();
        string path = folder["s"];
        LeaveStaleFile(path);
        await using var listener = SocketListener.Bind(path, Listeners.Plain);
        await using Socket client = await listener.ConnectAsync();
        await using Socket server = await listener.AcceptAsync();

        await Listeners.ExchangeAsync(client, server);
    }

    [Fact]
    public async Task TheFileOfALivingServerStays()
    {
        using var folder = new TemporaryFolder();
        string path = folder["s"];
        await using var listener = SocketListener.Bind(path, Listeners.Plain);
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => SocketListener.Bind(path, Listeners.Plain));

        Assert.Equal(SocketFailureReason.AddressInUse, failure.Reason);
        await using Socket client = await listener.ConnectAsync();
        // The probe was a connection too, gone at once; it ends as one that was closed.
        await using Socket probe = await listener.AcceptAsync();
        Assert.True((await probe.ReceiveAsync(new byte[1])).IsEnd);
        await using Socket server = await listener.AcceptAsync();
        await Listeners.ExchangeAsync(client, server);
    }

    [Theory]
    [InlineData("")]
    [InlineData("precious")]
    public void AFileThatIsNoSocketStays(string content)
    {
        using var folder = new TemporaryFolder();
        string path = folder["s"];
        File.WriteAllText(path, content);
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => SocketListener.Bind(path, Listeners.Plain));

        Assert.Equal(SocketFailureReason.AddressInUse, failure.Reason);
        Assert.Equal(content, File.ReadAllText(path));
    }

    [Fact]
    public void APathThatIsTooLongIsAClearError()
    {
        string path = "/tmp/" + new string('x', 200);
        ArgumentException exception = Assert.Throws<ArgumentException>(() => SocketListener.Bind(path, Listeners.Plain));

        Assert.Contains("205", exception.Message, StringComparison.Ordinal);
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DatagramsNeedAnIPAddress()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ArgumentException>(() => SocketListener.Bind(folder["s"], Listeners.PlainDatagrams));
    }

    /// <summary>What a server leaves that was killed: the platform removes the file of a socket that is closed in order, so it is moved away meanwhile.</summary>
    private static void LeaveStaleFile(string path)
    {
        using (var dead = new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(path + "d"));
            dead.Listen();
            File.Move(path + "d", path);
        }

        Assert.True(File.Exists(path));
    }
}
