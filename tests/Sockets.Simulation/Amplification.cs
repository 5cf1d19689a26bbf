using Sockets.Dtls;

namespace Sockets.Simulation;

/// <summary>Bytes from and to each address. Addresses that were never validated must not get more than three times what they gave.</summary>
internal sealed class Amplification
{
    private readonly Dictionary<DtlsAddress, (long Received, long Sent)> _bytes = [];

    public void Received(DtlsAddress from, int length)
    {
        _bytes.TryGetValue(from, out (long Received, long Sent) bytes);
        _bytes[from] = (bytes.Received + length, bytes.Sent);
    }

    public void Sent(DtlsAddress to, int length)
    {
        _bytes.TryGetValue(to, out (long Received, long Sent) bytes);
        _bytes[to] = (bytes.Received, bytes.Sent + length);
        if (bytes.Sent + length > 3 * bytes.Received)
            throw new SimulationFailure($"{to} sent {bytes.Received} bytes and got {bytes.Sent + length}");
    }

    public bool Knows(DtlsAddress address) => _bytes.ContainsKey(address);

    public long SentTo(DtlsAddress address) => _bytes.TryGetValue(address, out (long Received, long Sent) bytes) ? bytes.Sent : 0;
}
