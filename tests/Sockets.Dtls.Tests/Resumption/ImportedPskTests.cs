using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Resumption;

/// <summary>Keys derived for this protocol and each of its hashes from one that others may use too (RFC 9258).</summary>
public sealed class ImportedPskTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];

    /// <summary>RFC 9258 §5.1, computed again with the platform's HKDF.</summary>
    [Theory]
    [InlineData(HashKind.Sha256)]
    [InlineData(HashKind.Sha384)]
    public void Keys_are_derived_as_the_RFC_says(HashKind hash)
    {
        HashAlgorithmName name = hash == HashKind.Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384;
        IReadOnlyList<DtlsPreSharedKey> keys = DtlsPreSharedKey.Import(TestProviders.Default, "sensor"u8, Key, "client=7"u8, hash);
        Assert.Equal([HashKind.Sha256, HashKind.Sha384], keys.Select(static key => key.Hash));
        foreach (DtlsPreSharedKey key in keys)
        {
            byte[] identity = [0, 6, .. "sensor"u8, 0, 8, .. "client=7"u8, 0xFE, 0xFC, 0, key.Hash == HashKind.Sha256 ? (byte)1 : (byte)2];
            Assert.Equal(identity, key.Identity.ToArray());
            Assert.True(key.IsImported);

            int hashLength = hash == HashKind.Sha256 ? 32 : 48;
            int length = key.Hash == HashKind.Sha256 ? 32 : 48;
            byte[] extracted = HKDF.Extract(name, Key, new byte[hashLength]);
            byte[] identityHash = hash == HashKind.Sha256 ? SHA256.HashData(identity) : SHA384.HashData(identity);
            byte[] info = [0, (byte)length, 17, .. "dtls13derived psk"u8, (byte)hashLength, .. identityHash];
            Assert.Equal(HKDF.Expand(name, extracted, length, info), key.Secret.ToArray());
            key.Dispose();
        }
    }

    [Theory]
    [InlineData(CipherSuite.Aes128GcmSha256, false)]
    [InlineData(CipherSuite.Aes256GcmSha384, false)]
    [InlineData(CipherSuite.Aes256GcmSha384, true)]
    public void Devices_connect_with_any_suite_and_resume(CipherSuite suite, bool lookUp)
    {
        using ResumptionRig rig = Rig(Import("client=7"), lookUp ? [] : Import("client=7"));
        rig.Client = Then(rig.Client, config => config with { CipherSuites = [suite] });
        if (lookUp)
            rig.Server = Then(rig.Server, static config => config with { FindPreSharedKey = Find });
        rig.Connect(null);
        Assert.Equal(suite, rig.ClientConnection.CipherSuite);
        Assert.True(DtlsPreSharedKey.TryReadImportedIdentity(rig.ServerConnection.PskIdentity, out ReadOnlyMemory<byte> external, out ReadOnlyMemory<byte> context));
        Assert.Equal("sensor", Encoding.ASCII.GetString(external.Span));
        Assert.Equal("client=7", Encoding.ASCII.GetString(context.Span));
        using DtlsTicket ticket = rig.TakeTicket();
        rig.Connect(ticket);
        rig.AssertResumed(true);
    }

    /// <summary>RFC 9258 §5.2: the binder of an imported key has a label of its own, so that the two kinds do not meet.</summary>
    [Fact]
    public void An_imported_key_and_the_same_bytes_as_they_are_do_not_meet()
    {
        DtlsPreSharedKey imported = Import("client=7")[0];
        AssertRefused([imported], [new DtlsPreSharedKey(imported.Identity.Span, imported.Secret)]);
    }

    [Fact]
    public void Another_context_is_another_key() => AssertRefused(Import("client=7"), Import("client=8"));

    [Fact]
    public void Identities_are_read_strictly()
    {
        byte[] identity = [0, 1, 7, 0, 0, 0xFE, 0xFC, 0, 1];
        Assert.True(DtlsPreSharedKey.TryReadImportedIdentity(identity, out ReadOnlyMemory<byte> external, out ReadOnlyMemory<byte> context));
        Assert.Equal([7], external.ToArray());
        Assert.True(context.IsEmpty);
        byte[][] bad =
        [
            [], identity[..^1], [.. identity, 0], [0, 0, 0, 0, 0xFE, 0xFC, 0, 1],
            [0, 1, 7, 0, 0, 3, 4, 0, 1], // TLS 1.3
            [0, 1, 7, 0, 0, 0xFE, 0xFC, 0, 3], // no hash of a suite
        ];
        foreach (byte[] bytes in bad)
            Assert.False(DtlsPreSharedKey.TryReadImportedIdentity(bytes, out _, out _));
    }

    [Fact]
    public void Arguments_are_checked()
    {
        Assert.Throws<ArgumentException>(() => DtlsPreSharedKey.Import(TestProviders.Default, default, Key));
        Assert.Throws<ArgumentException>(() => DtlsPreSharedKey.Import(TestProviders.Default, "a"u8, Key.AsSpan(0, 15)));
        Assert.Throws<ArgumentException>(() => DtlsPreSharedKey.Import(TestProviders.Default, new byte[32_001], Key));
        Assert.Throws<ArgumentException>(() => DtlsPreSharedKey.Import(TestProviders.Default, "a"u8, Key, new byte[32_001]));
    }

    private static DtlsPreSharedKey? Find(ReadOnlyMemory<byte> identity) =>
        DtlsPreSharedKey.TryReadImportedIdentity(identity, out ReadOnlyMemory<byte> external, out ReadOnlyMemory<byte> context) && external.Span.SequenceEqual("sensor"u8)
            ? DtlsPreSharedKey.Import(TestProviders.Default, external.Span, Key, context.Span).FirstOrDefault(key => key.Identity.Span.SequenceEqual(identity.Span))
            : null;

    private static IReadOnlyList<DtlsPreSharedKey> Import(string context) =>
        DtlsPreSharedKey.Import(TestProviders.Default, "sensor"u8, Key, Encoding.ASCII.GetBytes(context));

    private static void AssertRefused(IReadOnlyList<DtlsPreSharedKey> client, IReadOnlyList<DtlsPreSharedKey> server)
    {
        using ResumptionRig rig = Rig(client, server);
        DtlsPair pair = rig.Begin(null);
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        Assert.Equal(DtlsFailureReason.InvalidBinder, pair.Server.Log.Failure!.Reason);
    }

    private static ResumptionRig Rig(IReadOnlyList<DtlsPreSharedKey> client, IReadOnlyList<DtlsPreSharedKey> server) => new()
    {
        Client = config => config with { PreSharedKeys = client },
        Server = config => config with { PreSharedKeys = server, Credentials = [] },
    };

    private static Func<DtlsConfig, DtlsConfig> Then(Func<DtlsConfig, DtlsConfig> first, Func<DtlsConfig, DtlsConfig> second) => config => second(first(config));
}
