using System.Runtime.Versioning;
using Sockets.Tool.Options;

namespace Sockets.Tests.Tool;

/// <summary><c>--ticket FILE</c>: tickets are secrets.</summary>
[UnsupportedOSPlatform("windows")] // the tests of rights skip themselves there
public class TicketFileTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task A_file_that_holds_something_else_is_no_ticket_file()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        string before = File.ReadAllText(folder["server.key"]);
        await ToolRun.FailsAsync("holds no tickets", folder.Connect("127.0.0.1:9", "--ticket", folder["server.key"]));
        Assert.Equal(before, File.ReadAllText(folder["server.key"]));
        await ToolRun.FailsAsync("Create the folder", folder.Connect("127.0.0.1:9", "--ticket", Path.Combine(folder["missing"], "tickets")));
        await ToolRun.FailsAsync("--ticket needs the name of a file", folder.Connect("127.0.0.1:9", "--ticket", ""));
    }

    [Fact]
    public async Task What_is_no_regular_file_is_neither_opened_nor_replaced()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await ToolRun.FailsAsync("is no regular file", folder.Connect("127.0.0.1:9", "--ticket", folder.FullName));
        if (OperatingSystem.IsWindows())
            Assert.Skip("Devices have no paths here.");
        File.CreateSymbolicLink(folder["link"], "/dev/null");
        await ToolRun.FailsAsync("is no regular file", folder.Connect("127.0.0.1:9", "--ticket", folder["link"]));
        await ToolRun.FailsAsync("/dev/null is no regular file", folder.Connect("127.0.0.1:9", "--ticket", "/dev/null"));
    }

    [Fact]
    public async Task Options_that_are_wrong_leave_no_file()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await ToolRun.FailsAsync("--psk-ke needs --psk", folder.Connect("127.0.0.1:9", "--ticket", folder["tickets"], "--psk-ke"));
        await ToolRun.FailsAsync("does not exist", folder.Connect("127.0.0.1:9", "--ticket", folder["tickets"], "--send", folder["missing"]));
        Assert.Empty(Directory.GetFiles(folder.FullName, "tickets*"));
    }

    [Fact]
    public async Task Tickets_that_cannot_be_written_are_told_unless_something_else_failed_first()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("What is in a folder that is in use stays there.");
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve("--tickets", "1"));
        string address = await server.AddressAsync();
        await using ToolRun client = ToolRun.Start(folder.Connect(address, "--ticket", folder["tickets"], "--linger", "0"));
        await client.TypeAsync("hello");
        await client.BytesAsync("hello\n".Length); // the tickets came before it
        Directory.CreateDirectory(Path.Combine(folder["tickets"], "full")); // in its way
        await client.PipeAsync([]);
        Assert.NotEqual(0, await client.Exit.WaitAsync(Waiting.HangGuard));
        Assert.StartsWith("sockets: ", client.Errors[^1], StringComparison.Ordinal);
        Assert.Equal(["tickets"], Directory.GetFileSystemEntries(folder.FullName, "tickets*").Select(Path.GetFileName));

        Directory.Delete(folder["tickets"], recursive: true);
        using (TicketFile file = TicketFile.Open(folder["tickets"])!)
            Directory.CreateDirectory(Path.Combine(folder["tickets"], "full"));
    }

    [Fact]
    public async Task Tickets_that_others_may_read_are_refused_and_stay_as_they_are()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The rights of files are those of their folder here.");
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve("--tickets", "1", "--once", "2"));
        string[] connect = folder.Connect(await server.AddressAsync(), "--name", "localhost", "--send", folder["file"], "--ticket", folder["tickets"]);
        Assert.Equal(0, await (await ToolRun.CompleteAsync(connect)).Exit);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder["tickets"]));

        byte[] before = File.ReadAllBytes(folder["tickets"]);
        File.SetUnixFileMode(folder["tickets"], OwnerOnly | UnixFileMode.GroupRead);
        await ToolRun.FailsAsync($"'chmod 600 {folder["tickets"]}'", connect);
        Assert.Equal(before, File.ReadAllBytes(folder["tickets"]));

        File.SetUnixFileMode(folder["tickets"], OwnerOnly);
        Assert.Contains(" resumed=yes", await (await ToolRun.CompleteAsync(connect)).LineAsync("connected "), StringComparison.Ordinal);
        Assert.Equal(["tickets"], Directory.GetFiles(folder.FullName, "tickets*").Select(Path.GetFileName)); // nothing is left of the way there
    }

    [Fact]
    public async Task An_empty_file_of_everybody_is_replaced_by_a_private_one_and_a_link_stays_a_link()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The rights of files are those of their folder here.");
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        File.WriteAllBytes(folder["empty"], []);
        File.SetUnixFileMode(folder["empty"], OwnerOnly | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        File.CreateSymbolicLink(folder["link"], folder["empty"]);
        await using ToolRun server = ToolRun.Start(folder.Serve("--tickets", "1", "--once", "1"));
        Assert.Equal(0, await (await ToolRun.CompleteAsync(folder.Connect(await server.AddressAsync(), "--name", "localhost", "--send", folder["file"], "--ticket", folder["link"]))).Exit);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder["empty"]));
        Assert.True(new FileInfo(folder["empty"]).Length > 100);
        Assert.Equal(folder["empty"], new FileInfo(folder["link"]).LinkTarget);
    }

    [Fact]
    public async Task A_key_log_that_others_may_read_is_refused()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The rights of files are those of their folder here.");
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["keys"], "");
        File.SetUnixFileMode(folder["keys"], OwnerOnly | UnixFileMode.GroupRead);
        await ToolRun.FailsAsync($"'chmod 600 {folder["keys"]}'", folder.Connect("127.0.0.1:9", "--dangerous-key-log", folder["keys"]));
    }
}
