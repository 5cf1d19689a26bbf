using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace Sockets.Dtls.Tests.Vectors;

/// <summary>
/// One recorded conversation of another implementation with itself: its datagrams in order, its secrets, and what it
/// says it sent.
/// </summary>
internal sealed class RecordedExchange
{
    private const int ClientRandomOffset = 13 + 12 + 2;

    private RecordedExchange(string name) => Name = name;

    public string Name { get; }

    public List<(bool FromClient, byte[] Bytes)> Datagrams { get; } = [];

    public List<byte[]> ClientData { get; } = [];

    public List<byte[]> ServerData { get; } = [];

    public Dictionary<string, byte[]> Secrets { get; private set; } = [];

    public string ExporterLabel { get; private set; } = "";

    public byte[] ExporterContext { get; private set; } = [];

    public byte[] ExporterValue { get; private set; } = [];

    public static List<RecordedExchange> Load(string suite)
    {
        string? folder = Environment.GetEnvironmentVariable("SOCKETS_VECTORS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "SOCKETS_VECTORS is not set.");
        string path = Path.Combine(folder!, "dtls13", $"boringssl-dtls13-{suite}");
        Assert.True(File.Exists(path + ".txt"), $"SOCKETS_VECTORS has no {path}.txt.");

        List<RecordedExchange> exchanges = [];
        foreach (string line in File.ReadLines(path + ".txt"))
        {
            if (line.StartsWith("# full handshake", StringComparison.Ordinal) || line.StartsWith("# resumption", StringComparison.Ordinal))
                exchanges.Add(new RecordedExchange(line[2..]));
            else if (exchanges.Count > 0)
                exchanges[^1].Take(line);
        }

        ILookup<string, string[]> secrets = File.ReadLines(path + ".keys").Select(static line => line.Split(' ')).ToLookup(static parts => parts[1]);
        foreach (RecordedExchange exchange in exchanges)
        {
            string random = Convert.ToHexStringLower(exchange.Datagrams[0].Bytes.AsSpan(ClientRandomOffset, 32));
            exchange.Secrets = secrets[random].ToDictionary(static parts => parts[0], static parts => Convert.FromHexString(parts[2]));
        }

        return exchanges;
    }

    private void Take(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["C>S", { } hex]:
                Datagrams.Add((true, Convert.FromHexString(hex)));
                break;
            case ["S>C", { } hex]:
                Datagrams.Add((false, Convert.FromHexString(hex)));
                break;
            case ["#", "app", "client", { } hex]:
                ClientData.Add(Convert.FromHexString(hex));
                break;
            case ["#", "app", "server", { } hex]:
                ServerData.Add(Convert.FromHexString(hex));
                break;
            case ["#", "exporter", { } label, { } context, { } length, { } value]:
                ExporterLabel = label["label=".Length..];
                ExporterContext = Convert.FromHexString(context["context=".Length..]);
                ExporterValue = Convert.FromHexString(value);
                Assert.Equal(ExporterValue.Length, int.Parse(length["len=".Length..], CultureInfo.InvariantCulture));
                break;
        }
    }
}
