using System.Runtime.Versioning;

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
