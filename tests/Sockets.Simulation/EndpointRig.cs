using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>One endpoint, many clients, one clock.</summary>
internal sealed class EndpointRig : IDisposable
{
    public static readonly DtlsAddress ServerAddress = DtlsPair.ServerAddress;

    private readonly Dictionary<ConnectionLog, int> _echoed = [];

    public EndpointRig(ulong seed = 1, DtlsEndpointConfig? endpoint = null, NetemOptions? toServer = null, Func<DtlsConfig, DtlsConfig>? server = null)
    {
        Network = new DtlsNetwork(seed);
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, seed) with { MaxRetransmissions = 255, HandshakeTimeout = TimeSpan.FromMinutes(10) };
        config = config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] };
        Endpoint = new DtlsEndpoint((endpoint ?? new DtlsEndpointConfig()) with { Server = server is null ? config : server(config) });
        Server = Network.AddNode(ServerAddress, toServer ?? NetemOptions.Perfect, Endpoint);
    }

    public DtlsNetwork Network { get; }

    public DtlsEndpoint Endpoint { get; }

    public DtlsNode Server { get; }

    public static DtlsAddress ClientAddress(int number) => DtlsNetwork.Address(1000 + number, 40_000);

    public static DtlsConfig ClientConfig(ulong seed) => DtlsPair.Config(TestProviders.Default, seed) with
    {
        ServerName = TestCertificates.HostName,
        MaxRetransmissions = 255,
        HandshakeTimeout = TimeSpan.FromMinutes(10),
    };

    /// <summary>Adds a client, or a restarted one in place of the old; the old one is gone without a word.</summary>
    public DtlsNode AddClient(int number, ulong seed, NetemOptions? toClient = null, Func<DtlsConfig, DtlsConfig>? change = null)
    {
        DtlsNode node = Network.AddNode(ClientAddress(number), toClient ?? NetemOptions.Perfect);
        DtlsConfig config = ClientConfig(seed);
        node.Connect(change is null ? config : change(config), ServerAddress);
        return node;
    }

    /// <summary>The newest connection the server has for a client.</summary>
    public ConnectionLog? ServerLog(int number) => Server.Logs.FindLast(log => log.Connection.Path.Remote == ClientAddress(number));

    /// <summary>Sends back whatever has arrived since the last call.</summary>
    public void Echo()
    {
        for (int i = 0; i < Server.Logs.Count; i++)
        {
            ConnectionLog log = Server.Logs[i];
            for (int next = _echoed.GetValueOrDefault(log); next < log.Received.Count; next++)
            {
                _echoed[log] = next + 1;
                if (!log.IsClosed)
                    Server.Write(log.Connection, log.Received[next]);
            }
        }
    }

    public void RunUntil(Func<bool> done, string what)
    {
        bool reached = Network.RunUntil(() =>
        {
            Echo();
            return done();
        });
        Assert.True(reached, what);
    }

    /// <summary>Whether a message goes to the server and comes back, on a link without loss.</summary>
    public bool IsEchoing(DtlsNode client)
    {
        int before = client.Log.Received.Count;
        byte[] message = [1, 2, 3, (byte)before];
        if (client.Write(client.Connection, message) != DtlsWriteResult.Success)
            return false;
        for (int i = 0; i < 50; i++)
        {
            Network.RunFor(TimeSpan.FromMilliseconds(10));
            Echo();
            if (client.Log.Received.Count > before)
                return client.Log.Received[^1].AsSpan().SequenceEqual(message);
        }

        return false;
    }

    public void Dispose()
    {
        foreach (DtlsNode node in Network.Nodes)
        {
            foreach (ConnectionLog log in node.Logs)
                log.Connection.Dispose();
        }

        Endpoint.Dispose();
    }
}
