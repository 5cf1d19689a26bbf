using Sockets.Dtls;

namespace Sockets.Testing;

/// <summary>First flights of clients that nobody will hear of again.</summary>
public static class ClientHellos
{
    /// <summary>Record header, handshake header and legacy_version come before the random (RFC 9147 §4, §5.2, §5.3).</summary>
    private const int RandomOffset = 13 + 12 + 2;

    /// <summary>The datagrams of one first flight.</summary>
    public static List<byte[]> Make(DtlsConfig config)
    {
        var network = new DtlsNetwork(1);
        List<byte[]> datagrams = [];
        network.OnSend = datagram =>
        {
            datagrams.Add(datagram.Payload);
            return false;
        };
        DtlsNode node = network.AddNode(DtlsPair.ClientAddress, NetemOptions.Perfect);
        node.Connect(config, DtlsPair.ServerAddress);
        node.Connection.Dispose();
        return datagrams;
    }

    /// <summary>The same ClientHello from another client: a new random, nothing else changed.</summary>
    public static byte[] WithRandom(byte[] firstDatagram, SeededRandom random)
    {
        byte[] copy = [.. firstDatagram];
        random.Fill(copy.AsSpan(RandomOffset, 32));
        return copy;
    }

    /// <summary>A configuration whose ClientHello needs several datagrams.</summary>
    public static DtlsConfig Enlarge(DtlsConfig config, int datagramSize = 600) => config with
    {
        MaxDatagramSize = datagramSize,
        ApplicationProtocols = [.. Enumerable.Range(0, 10).Select(static i => new DtlsApplicationProtocol(new string((char)('a' + i), 200)))],
    };
}
