using Sockets.Tool;
using Sockets.Tool.Demo;

namespace Sockets.Tests.Tool;

public class DemoTests
{
    [Fact]
    public async Task A_file_arrives_whole_in_every_way_there_is()
    {
        IReadOnlyList<FileWay> ways = DemoCommand.CreateWays();
        string[] rows = await RunAsync(ways, 9_000_000);
        Assert.Equal(ways.Count, rows.Length);
        Assert.All(ways.Zip(rows), pair => Assert.Contains($" {pair.First.Name} ", pair.Second, StringComparison.Ordinal));
        Assert.StartsWith("plain, read and send; plain, sendfile", string.Join("; ", ways.Select(way => way.Name)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_arrives_changed_fails()
    {
        FileWay broken = FileWay.Plain.First() with { ReceiveAsync = async (socket, cancellationToken) => (await FileWay.Plain.First().ReceiveAsync(socket, cancellationToken))[1..] };
        ToolException exception = await Assert.ThrowsAsync<ToolException>(() => RunAsync([broken], 1_000));
        Assert.StartsWith("The file arrived with another checksum (plain, read and send)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_size_that_is_none() => ToolRun.FailsAsync("--size needs a number from 1 to 1000000", "demo", "--size", "0");

    /// <summary>The rows of the table that say that the checksum was right.</summary>
    private static async Task<string[]> RunAsync(IReadOnlyList<FileWay> ways, long length)
    {
        using var output = new StringWriter();
        var console = new ToolConsole(Stream.Null, output, TextWriter.Null, IsInteractive: false);
        await new FileDemo(console, ways).RunAsync(length, CancellationToken.None).WaitAsync(Waiting.HangGuard);
        return [.. output.ToString().Split('\n').Where(line => line.Contains(" the same ", StringComparison.Ordinal))];
    }
}
