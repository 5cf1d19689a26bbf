namespace Sockets.Testing;

/// <summary>Collects the secrets of connections from lines in SSLKEYLOGFILE form; pass <see cref="Add"/> as the key log.</summary>
public sealed class TrafficSecrets
{
    private readonly Dictionary<string, byte[]> _byLabel = [];

    public IReadOnlyCollection<string> Labels => _byLabel.Keys;

    /// <summary>The newest secret of a label such as CLIENT_TRAFFIC_SECRET_0.</summary>
    public byte[] this[string label] => _byLabel[label];

    public void Add(string line)
    {
        string[] parts = line.Trim().Split(' ');
        if (parts.Length != 3)
            throw new ArgumentException($"Not a key log line: {line}");
        _byLabel[parts[0]] = Convert.FromHexString(parts[2]);
    }
}
