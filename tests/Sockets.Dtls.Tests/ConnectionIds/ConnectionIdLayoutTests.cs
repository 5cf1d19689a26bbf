using System;
using System.Collections.Generic;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.ConnectionIds;

/// <summary>Node and shard numbers inside connection IDs, and the settings.</summary>
public sealed class ConnectionIdLayoutTests
{
    public static TheoryData<int, int, int> Bits() => new()
    {
        { 12, 0, 0 }, { 1, 0, 0 }, { 20, 0, 0 }, { 9, 3, 0 }, { 9, 0, 8 }, { 10, 5, 4 }, { 12, 16, 8 }, { 12, 8, 24 }, { 12, 24, 8 }, { 20, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Bits))]
    public void What_was_put_in_is_read_again(int length, int nodeBits, int shardBits)
    {
        var crypto = new SeededCryptoProvider(TestProviders.Default, 5);
        foreach (int node in new[] { 0, (1 << nodeBits) / 2, (1 << nodeBits) - 1 })
        {
            foreach (int shard in new[] { 0, (1 << shardBits) / 2, (1 << shardBits) - 1 })
            {
                var layout = new DtlsConnectionIdLayout { Length = length, NodeBits = nodeBits, ShardBits = shardBits, Node = node, Shard = shard };
                layout.Validate();
                byte[] connectionId = new byte[length];
                for (int i = 0; i < 8; i++)
                {
                    layout.Fill(crypto, connectionId);
                    Assert.True(layout.TryReadOwner(connectionId, out DtlsConnectionIdOwner owner));
                    Assert.Equal(new DtlsConnectionIdOwner(node, shard), owner);
                }
            }
        }
    }

    [Fact]
    public void Everything_else_is_random()
    {
        var crypto = new SeededCryptoProvider(TestProviders.Default, 6);
        var layout = new DtlsConnectionIdLayout { Length = 10, NodeBits = 3, ShardBits = 2, Node = 5, Shard = 1 };
        byte[] or = new byte[10];
        byte[] and = new byte[10];
        and.AsSpan().Fill(0xFF);
        var seen = new HashSet<string>();
        for (int i = 0; i < 200; i++)
        {
            byte[] connectionId = new byte[10];
            layout.Fill(crypto, connectionId);
            seen.Add(Convert.ToHexString(connectionId));
            for (int j = 0; j < 10; j++)
            {
                or[j] |= connectionId[j];
                and[j] &= connectionId[j];
            }
        }

        Assert.Equal(200, seen.Count);
        Assert.Equal([0b1010_1111, .. new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }], or);
        Assert.Equal([0b1010_1000, .. new byte[9]], and);
    }

    [Fact]
    public void Other_lengths_and_datagrams_are_not_read()
    {
        var layout = new DtlsConnectionIdLayout { Length = 9, NodeBits = 8, Node = 3 };
        byte[] connectionId = [3, .. new byte[8]];
        Assert.False(layout.TryReadOwner(connectionId.AsSpan(1), out _));
        Assert.True(layout.TryReadDatagramOwner([0x3F, .. connectionId], out DtlsConnectionIdOwner owner));
        Assert.Equal(3, owner.Node);
        Assert.False(layout.TryReadDatagramOwner([0x2F, .. connectionId], out _)); // no connection ID
        Assert.False(layout.TryReadDatagramOwner([0x16, .. connectionId], out _)); // plaintext
        Assert.False(layout.TryReadDatagramOwner([0x3F, .. connectionId.AsSpan(1)], out _));
        Assert.False(layout.TryReadDatagramOwner([], out _));
    }

    public static TheoryData<string, DtlsConnectionIdLayout> Wrong() => new()
    {
        { "Length", new() { Length = 0 } },
        { "Length", new() { Length = 21 } },
        { "Length", new() { Length = 8, NodeBits = 1 } },
        { "Length", new() { Length = 9, NodeBits = 5, ShardBits = 4 } },
        { "NodeBits", new() { NodeBits = -1 } },
        { "NodeBits", new() { NodeBits = 25 } },
        { "ShardBits", new() { ShardBits = -1 } },
        { "ShardBits", new() { ShardBits = 20, NodeBits = 20 } },
        { "Node", new() { NodeBits = 2, Node = 4 } },
        { "Node", new() { Node = 1 } },
        { "Shard", new() { ShardBits = 2, Shard = -1 } },
        { "Shard", new() { ShardBits = 2, Shard = 4 } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_named(string setting, DtlsConnectionIdLayout layout)
    {
        Assert.Equal(setting, Assert.Throws<ArgumentException>(layout.Validate).ParamName);
        Assert.Equal(setting, Assert.Throws<ArgumentException>(() => new DtlsEndpointConfig { ConnectionIds = layout }.Validate()).ParamName);
    }

    [Fact]
    public void Settings_of_a_connection_and_its_endpoint_are_checked()
    {
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, 1);
        Assert.Equal("ConnectionIdLength", Assert.Throws<ArgumentException>(() => (config with { ConnectionIdLength = 21 }).Validate()).ParamName);
        Assert.Equal("ConnectionIdLength", Assert.Throws<ArgumentException>(() => (config with { ConnectionIdLength = -1 }).Validate()).ParamName);
        Assert.Equal("MaxConnectionIds", Assert.Throws<ArgumentException>(() => (config with { MaxConnectionIds = 1 }).Validate()).ParamName);
        Assert.Equal("MaxSpareConnectionIds", Assert.Throws<ArgumentException>(() => (config with { MaxSpareConnectionIds = -1 }).Validate()).ParamName);

        var layout = new DtlsConnectionIdLayout { Length = 10 };
        DtlsConfig server = config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)], ConnectionIdLength = 8 };
        Assert.Equal("ConnectionIds", Assert.Throws<ArgumentException>(() => new DtlsEndpointConfig { Server = server, ConnectionIds = layout }.Validate()).ParamName);
        new DtlsEndpointConfig { Server = server with { ConnectionIdLength = 0 }, ConnectionIds = layout }.Validate();
        new DtlsEndpointConfig { Server = server with { ConnectionIdLength = 10 }, ConnectionIds = layout }.Validate();
    }
}
