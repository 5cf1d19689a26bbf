using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>Exporters (RFC 8446 §7.5 with RFC 9147 §5.9's prefix) and the key log.</summary>
public sealed class ExporterTests
{
    [Theory]
    [InlineData(CipherSuite.Aes128GcmSha256)]
    [InlineData(CipherSuite.Aes256GcmSha384)]
    [InlineData(CipherSuite.ChaCha20Poly1305Sha256)]
    public void Both_sides_export_what_the_standard_says(CipherSuite suite)
    {
        using var pair = new ConnectedPair(suite: suite);
        foreach (int length in new[] { 1, 20, 32, 48, 100 })
        {
            byte[] expected = Expected(pair, "EXPORTER-test", "a context", length);
            byte[] client = new byte[length];
            byte[] server = new byte[length];
            pair.Client.Connection.ExportKeyingMaterial("EXPORTER-test"u8, "a context"u8, client);
            pair.Server.Connection.ExportKeyingMaterial("EXPORTER-test"u8, "a context"u8, server);
            Assert.Equal(expected, client);
            Assert.Equal(expected, server);
        }
    }

    [Fact]
    public void Labels_and_contexts_give_different_keys()
    {
        using var pair = new ConnectedPair();
        string a = Export(pair, "one", "x");
        Assert.NotEqual(a, Export(pair, "two", "x"));
        Assert.NotEqual(a, Export(pair, "one", "y"));
        Assert.NotEqual(a, Export(pair, "one", ""));
        Assert.Equal(a, Export(pair, "one", "x"));
    }

    [Fact]
    public void There_is_nothing_to_export_before_the_handshake_is_done()
    {
        using DtlsPair pair = DtlsPair.Create();
        pair.Start();
        Assert.Throws<InvalidOperationException>(() => pair.Client.Connection.ExportKeyingMaterial("one"u8, default, new byte[8]));
    }

    [Fact]
    public void Both_sides_log_the_same_secrets()
    {
        var client = new TrafficSecrets();
        var server = new TrafficSecrets();
        using DtlsPair pair = DtlsPair.Create(
            client: config => config with { DangerousKeyLog = client.Add },
            server: config => config with { DangerousKeyLog = server.Add });
        pair.DriveToConnected();
        foreach (string label in new[]
        {
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET",
        })
        {
            Assert.Equal(client[label], server[label]);
            Assert.NotEmpty(client[label]);
        }
    }

    private static string Export(ConnectedPair pair, string label, string context)
    {
        byte[] result = new byte[32];
        pair.Client.Connection.ExportKeyingMaterial(Encoding.ASCII.GetBytes(label), Encoding.ASCII.GetBytes(context), result);
        return Convert.ToHexString(result);
    }

    private static byte[] Expected(ConnectedPair pair, string label, string context, int length)
    {
        bool sha384 = pair.Suite == CipherSuite.Aes256GcmSha384;
        byte[] Hash(string text) => sha384 ? SHA384.HashData(Encoding.ASCII.GetBytes(text)) : SHA256.HashData(Encoding.ASCII.GetBytes(text));
        HashAlgorithmName name = sha384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        byte[] derived = Expand(name, pair.Secrets["EXPORTER_SECRET"], label, Hash(""), Hash("").Length);
        return Expand(name, derived, "exporter", Hash(context), length);
    }

    private static byte[] Expand(HashAlgorithmName hash, byte[] secret, string label, byte[] context, int length)
    {
        byte[] name = Encoding.ASCII.GetBytes("dtls13" + label);
        byte[] info = [0, 0, (byte)name.Length, .. name, (byte)context.Length, .. context];
        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)length);
        return HKDF.Expand(hash, secret, length, info);
    }
}
