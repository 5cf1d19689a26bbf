using System.Text;

namespace Sockets.Tests.Tool;

/// <summary><c>sockets connect</c> over DTLS without <c>--send</c>: standard input to the server, and back.</summary>
public class CopyTests
{
    /// <summary>Longer than any test, so that nothing ends by it.</summary>
    private const string Forever = "86400";

    [Fact]
    public async Task What_comes_after_the_end_of_the_input_is_still_printed()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve());
        await using ToolRun client = ToolRun.Start(folder.Connect(await server.AddressAsync(), "--linger", Forever));
        await client.PipeAsync([0, 1, 0xFF, (byte)'\n']);
        await client.BytesAsync(4);
        Assert.Equal(0, await server.InterruptAsync()); // its close_notify is the end
        Assert.Equal(0, await client.Exit.WaitAsync(Waiting.HangGuard));
        Assert.Equal([0, 1, 0xFF, (byte)'\n'], client.OutputBytes);
    }

    [Fact]
    public async Task Nothing_but_what_came_is_on_standard_output()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve("--cid", "8", "--export", "EXPORTER-test"));
        await using ToolRun client = ToolRun.Start(folder.Connect(await server.AddressAsync(), "--linger", Forever, "--export", "EXPORTER-test", "--key-update", "--migrate"));
        await client.NoteAsync("migrated from=");
        await client.PipeAsync("hello"u8.ToArray());
        await client.BytesAsync(5);
        Assert.Equal(0, await server.InterruptAsync());
        Assert.Equal(0, await client.Exit.WaitAsync(Waiting.HangGuard));
        Assert.Equal("hello", Encoding.ASCII.GetString(client.OutputBytes));
        Assert.Empty(client.Output);
        Assert.StartsWith("connected peer=", client.Errors[0], StringComparison.Ordinal);
        Assert.Equal(await server.LineAsync("exporter "), client.Errors[1]);
        Assert.Contains("key-update sent", client.Errors);
        Assert.EndsWith(" reason=close_notify", client.Errors[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_server_is_not_waited_for_longer_than_asked()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve("--once", "2"));
        string address = await server.AddressAsync();
        foreach (string linger in (string[])["0", "0.1"])
        {
            await using ToolRun client = ToolRun.Start(folder.Connect(address, "--linger", linger));
            await client.PipeAsync([]);
            Assert.Equal(0, await client.Exit.WaitAsync(Waiting.HangGuard));
            Assert.EndsWith(" reason=close_notify", client.Errors[^1], StringComparison.Ordinal);
        }

        Assert.Equal(0, await server.Exit.WaitAsync(Waiting.HangGuard));
        Assert.All(server.Output.Where(static line => line.StartsWith("closed ", StringComparison.Ordinal)), static line => Assert.EndsWith(" reason=close_notify", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_typed_is_sent_at_once_and_an_interrupt_closes_in_good_order()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve("--once", "1"));
        await using ToolRun client = ToolRun.Start(folder.Connect(await server.AddressAsync()));
        await client.TypeAsync("hello there");
        await client.BytesAsync("hello there\n".Length);
        await server.TypeAsync("key-update");
        await server.LineAsync("key-update sent");
        await client.TypeAsync("again"); // what comes back comes under the new keys
        await client.BytesAsync("hello there\nagain\n".Length);
        Assert.Contains("key-update received", client.Errors);
        Assert.Equal(0, await client.InterruptAsync());
        Assert.Equal(0, await server.Exit.WaitAsync(Waiting.HangGuard));
        Assert.EndsWith(" reason=close_notify", await server.LineAsync("closed "), StringComparison.Ordinal);
    }
}
