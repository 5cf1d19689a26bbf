namespace Sockets.Tests.Tool;

public class EchoDemoTests
{
    [Fact]
    public async Task The_demo_moves_checks_and_reports()
    {
        ToolRun run = await ToolRun.CompleteAsync("demo", "--size", "2", "--megabytes", "3");
        Assert.Empty(run.Errors);
        Assert.Equal(0, await run.Exit);
        Assert.Contains("All 3 MB came back byte for byte.", run.Output);
        Assert.Matches("^The port changed from [0-9]+ to [0-9]+ with .* no handshake, the new path validated by the server", run.Output[^2]);
        Assert.Matches("^All 10 MB came back byte for byte, [0-9.]+ of them after that[.]$", run.Output[^1]);
        string table = string.Join('\n', run.Output);
        foreach (string row in new[] { "suite", "group", "handshake", "records", "goodput", "key updates", "lost", "allocated per record", "discarded", "DTLS 1.3, datagrams" })
            Assert.Contains(row, table, StringComparison.Ordinal);
        Assert.Matches("key updates.*1 of ours, 1 of the server", table);
    }
}
