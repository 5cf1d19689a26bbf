using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Testing;

/// <summary>A client and a server on a <see cref="DtlsNetwork"/>.</summary>
public sealed class DtlsPair : IDisposable
{
    public static readonly DtlsAddress ClientAddress = DtlsNetwork.Address(2, 40_000);
    public static readonly DtlsAddress ServerAddress = DtlsNetwork.Address(1, 4433);

    private readonly DtlsPairOptions _options;

    public DtlsPair(DtlsPairOptions options)
    {
        _options = options;
        Network = new DtlsNetwork(options.Seed);
        Server = Network.AddNode(
            ServerAddress,
            options.ToServer,
            options.ServerEndpoint is null ? null : new DtlsEndpoint(options.ServerEndpoint with { Server = options.Server }));
        Client = Network.AddNode(
            ClientAddress,
            options.ToClient,
            options.ClientEndpoint ? new DtlsEndpoint(new DtlsEndpointConfig()) : null);
    }

    public DtlsNetwork Network { get; }

    public DtlsNode Client { get; }

    public DtlsNode Server { get; }

    public bool IsConnected => BothHave(static log => log.IsConnected);

    /// <summary>Both sides have ended, well or badly.</summary>
    public bool IsOver => BothHave(static log => log.IsClosed);

    public bool AnyFailed =>
        Client.Logs.Exists(static log => log.Failure is not null) || Server.Logs.Exists(static log => log.Failure is not null);

    /// <summary>A pair with nothing but defaults and a certificate of the given kind.</summary>
    public static DtlsPair Create(
        CryptoProvider? provider = null,
        TestCertificateKind certificate = TestCertificateKind.EcdsaP256,
        Func<DtlsConfig, DtlsConfig>? client = null,
        Func<DtlsConfig, DtlsConfig>? server = null,
        DtlsEndpointConfig? endpoint = null)
    {
        DtlsConfig clientConfig = Config(provider ?? TestProviders.Default, 1);
        DtlsConfig serverConfig = Config(provider ?? TestProviders.Default, 2);
        serverConfig = serverConfig with { Credentials = [TestCertificates.Get(certificate).ToCredential(serverConfig.Crypto)] };
        return new DtlsPair(new DtlsPairOptions
        {
            Client = client is null ? clientConfig : client(clientConfig),
            Server = server is null ? serverConfig : server(serverConfig),
            ServerEndpoint = endpoint,
        });
    }

    /// <summary>
    /// A configuration with seeded randomness, and without the hybrid group: a ClientHello that fits into one datagram is what
    /// most tests reckon with, and not every platform has the group.
    /// </summary>
    public static DtlsConfig Config(CryptoProvider provider, ulong seed) => new()
    {
        Crypto = new SeededCryptoProvider(provider, seed),
        Groups = [.. provider.Groups.Where(static group => group != NamedGroup.X25519MLKEM768)],
    };

    /// <summary>Starts the server and then the client.</summary>
    public void Start()
    {
        if (Server.Endpoint is null)
            Server.Serve(_options.Server, ClientAddress);
        Client.Connect(_options.Client, ServerAddress);
    }

    public bool Step() => Network.Step();

    /// <summary>Starts and runs until both sides are connected.</summary>
    /// <exception cref="InvalidOperationException">They did not get there.</exception>
    public void DriveToConnected()
    {
        Start();
        DriveUntil(() => IsConnected);
    }

    public void DriveUntil(Func<bool> done)
    {
        if (!Network.RunUntil(done))
            throw new InvalidOperationException($"The pair came to rest too early: {Describe()}");
    }

    /// <summary>Runs until nothing is due within <paramref name="duration"/>.</summary>
    public void Settle(TimeSpan? duration = null) => Network.RunFor(duration ?? TimeSpan.FromSeconds(10));

    /// <summary>One line about both sides, for messages.</summary>
    public string Describe() => $"client {Describe(Client)}; server {Describe(Server)}";

    public void Dispose()
    {
        foreach (DtlsNode node in Network.Nodes)
        {
            foreach (ConnectionLog log in node.Logs)
                log.Connection.Dispose();
            node.Endpoint?.Dispose();
        }
    }

    private static string Describe(DtlsNode node) => node.Logs.Count == 0
        ? "has no connection"
        : $"[{string.Join(' ', node.Log.Events)}] {node.Log.Failure?.ToString() ?? (node.Log.IsClosed ? "closed" : node.Connection.State.ToString())}";

    private bool BothHave(Predicate<ConnectionLog> predicate) =>
        Client.Logs.Count > 0 && Server.Logs.Count > 0 && predicate(Client.Log) && predicate(Server.Log);
}
