namespace Sockets.Tests;

/// <summary>The search for the path MTU on real sockets: loopback carries far more than is begun with.</summary>
public class PathMtuSearchTests
{
    private const int Most = 9000;

    [Fact]
    public async Task What_is_found_can_be_sent()
    {
        await using Loopback loopback = Loopback.Start(static (options, _) => Probe(options));
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(Probe);
        await Waiting.UntilAsync(() => client.MaxDatagramLength >= Most - 32 && server.MaxDatagramLength >= Most - 32);
        Assert.Equal(client.MaxDatagramLength, server.MaxDatagramLength);
        Assert.InRange(client.MaxDatagramLength, Most - 32, Most);

        byte[] large = new byte[client.MaxDatagramLength];
        large[^1] = 7;
        await client.SendAsync(large);
        Assert.Equal(large, await server.ReadAsync());
        await server.SendAsync(large);
        Assert.Equal(large, await client.ReadAsync());
        Assert.Throws<ArgumentException>(() => client.TrySend(new byte[large.Length + 1]));
    }

    [Fact]
    public async Task Nothing_changes_by_default()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        await client.SendAsync(new byte[] { 1 });
        Assert.Equal([1], await server.ReadAsync());
        Assert.Equal(0, client.SendingKeyUpdates);
        Assert.InRange(client.MaxDatagramLength, 1000, 1200);
    }

    private static void Probe(DtlsOptions options)
    {
        options.MaxProbedDatagramSize = Most;
        options.ConfigureEngine = static config => Patience.Configure(config) with { InitialRetransmitTimeout = config.MaxRetransmitTimeout }; // a probe that is answered late counts as lost
    }
}
