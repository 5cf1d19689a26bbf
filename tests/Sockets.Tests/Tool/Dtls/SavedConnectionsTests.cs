using System.Net;

namespace Sockets.Tests.Tool;

public class SavedConnectionsTests
{
    [Fact]
    public async Task A_conversation_goes_on_with_the_server_that_is_started_next()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        IPEndPoint place = OwnPlace.Next();
        string[] serve = Serve(folder, place);
        ToolRun first = ToolRun.Start(serve);
        Assert.Equal(place.ToString(), await ServeAndConnectTests.AddressAsync(first));
        await using ToolRun client = ToolRun.Start(folder.Connect(place.ToString(), "--name", "localhost"));
        await client.TypeAsync("before");
        await client.BytesAsync("before\n".Length);
        Assert.Equal(0, await first.InterruptAsync());
        Assert.Contains("saved 1", first.Output);
        await first.LineAsync("saved peer=");
        Assert.DoesNotContain(first.Output, static line => line.StartsWith("closed ", StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["state"]));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["state-key"]));
        }

        byte[] copied = File.ReadAllBytes(folder["state"]);
        ToolRun second = ToolRun.Start(serve);
        await second.LineAsync("restored 1 of 1");
        Assert.Contains(" restored=yes ", await second.LineAsync("connected peer="), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["state"]));
        await client.TypeAsync("behind");
        await client.BytesAsync("before\nbehind\n".Length);
        Assert.Equal("before\nbehind\n"u8, client.OutputBytes);
        Assert.Equal(0, await client.InterruptAsync());
        await second.LineAsync("closed peer=");
        Assert.Equal(0, await second.InterruptAsync());
        Assert.Contains("saved 0", second.Output);
        Assert.False(File.Exists(folder["state"]));

        // What was restored once is not restored again, whoever has kept the file.
        File.WriteAllBytes(folder["state"], copied);
        ToolRun third = ToolRun.Start(serve);
        await third.LineAsync("restored 0 of 1");
        Assert.Contains("not-restored reason=already-restored", third.Output);
        Assert.Equal(0, await third.InterruptAsync());
    }

    [Fact]
    public async Task With_another_key_nothing_is_restored()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        IPEndPoint place = OwnPlace.Next();
        ToolRun first = ToolRun.Start(Serve(folder, place));
        await ServeAndConnectTests.AddressAsync(first);
        await using ToolRun client = ToolRun.Start(folder.Connect(place.ToString(), "--name", "localhost"));
        await client.TypeAsync("before");
        await client.BytesAsync("before\n".Length);
        Assert.Equal(0, await first.InterruptAsync());
        File.Delete(folder["state-key"]);
        ToolRun second = ToolRun.Start(Serve(folder, place));
        await second.LineAsync("restored 0 of 1");
        Assert.Contains("not-restored reason=invalid", second.Output);
        Assert.Equal(0, await second.InterruptAsync());
    }

    [Fact]
    public async Task Bad_input_is_named()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await ToolRun.FailsAsync("--state FILE and --state-key FILE need each other", folder.Serve("--state", folder["state"]));
        await ToolRun.FailsAsync("--state FILE and --state-key FILE need each other", folder.Serve("--state-key", folder["state-key"]));
        await ToolRun.FailsAsync("The folder of the state file", folder.Serve("--state", folder["nowhere/state"], "--state-key", folder["state-key"]));
        Assert.False(File.Exists(folder["state-key"]));
        File.WriteAllBytes(folder["short"], new byte[31]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["short"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
            await ToolRun.FailsAsync("can be read or written by others", folder.Serve("--state", folder["state"], "--state-key", folder["short"]));
            File.SetUnixFileMode(folder["short"], UnixFileMode.UserRead);
        }

        await ToolRun.FailsAsync("has 31 bytes and not 32", folder.Serve("--state", folder["state"], "--state-key", folder["short"]));
        File.WriteAllText(folder["state"], "something else");
        await ToolRun.FailsAsync("holds no saved connections, or was cut off", folder.Serve("--state", folder["state"], "--state-key", folder["state-key"]));
        Assert.Equal("something else", File.ReadAllText(folder["state"]));
    }

    private static string[] Serve(TemporaryFolder folder, IPEndPoint place) =>
        ["serve", "--dtls", place.ToString(), "--cert", folder["server.pem"], "--key", folder["server.key"], "--state", folder["state"], "--state-key", folder["state-key"]];
}
