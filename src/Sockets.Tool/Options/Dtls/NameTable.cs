using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Linq;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tool.Options;

/// <summary>The names that standards use for suites, groups and profiles, both ways, and options that accept them.</summary>
internal static class NameTable
{
    private static readonly (string Name, CipherSuite Value)[] Suites =
    [
        ("TLS_AES_128_GCM_SHA256", CipherSuite.Aes128GcmSha256),
        ("TLS_AES_256_GCM_SHA384", CipherSuite.Aes256GcmSha384),
        ("TLS_CHACHA20_POLY1305_SHA256", CipherSuite.ChaCha20Poly1305Sha256),
        ("TLS_AES_128_CCM_SHA256", CipherSuite.Aes128CcmSha256),
    ];

    private static readonly (string Name, NamedGroup Value)[] Groups =
    [
        ("x25519mlkem768", NamedGroup.X25519MLKEM768),
        ("x25519", NamedGroup.X25519),
        ("secp256r1", NamedGroup.Secp256r1),
        ("secp384r1", NamedGroup.Secp384r1),
    ];

    private static readonly (string Name, SrtpProtectionProfile Value)[] SrtpProfiles =
    [
        ("SRTP_AES128_CM_HMAC_SHA1_80", SrtpProtectionProfile.Aes128CmHmacSha1Tag80),
        ("SRTP_AES128_CM_HMAC_SHA1_32", SrtpProtectionProfile.Aes128CmHmacSha1Tag32),
        ("SRTP_AEAD_AES_128_GCM", SrtpProtectionProfile.AeadAes128Gcm),
        ("SRTP_AEAD_AES_256_GCM", SrtpProtectionProfile.AeadAes256Gcm),
    ];

    public static string Of(CipherSuite suite) => Array.Find(Suites, entry => entry.Value == suite).Name ?? suite.ToString();

    public static string Of(NamedGroup group) => Array.Find(Groups, entry => entry.Value == group).Name ?? group.ToString();

    public static string Of(SrtpProtectionProfile profile) => Array.Find(SrtpProfiles, entry => entry.Value == profile).Name ?? profile.ToString();

    public static Option<CipherSuite[]> SuiteOption() => CreateOption("--suite", "cipher suite", Suites);

    public static Option<NamedGroup[]> GroupOption() => CreateOption("--group", "key-exchange group", Groups);

    public static Option<SrtpProtectionProfile[]> SrtpOption() => CreateOption("--use-srtp", "SRTP profile", SrtpProfiles);

    /// <summary>What was given; null when nothing was, and the default applies.</summary>
    public static T[]? NullIfEmpty<T>(T[]? values) => values is { Length: > 0 } ? values : null;

    private static Option<T[]> CreateOption<T>(string name, string what, (string Name, T Value)[] table)
        where T : struct, Enum => new(name)
        {
            Description = $"A {what} to offer or accept; repeat it for more, the preferred one first: {string.Join(", ", table.Select(entry => entry.Name))}.",
            HelpName = "NAME",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result => Parse(result, what, table),
        };

    private static T[] Parse<T>(ArgumentResult result, string what, (string Name, T Value)[] table)
        where T : struct, Enum
    {
        var values = new List<T>();
        foreach (Token token in result.Tokens)
        {
            int index = Array.FindIndex(table, entry => entry.Name.Equals(token.Value, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
            {
                result.AddError($"Unknown {what} '{token.Value}': use {string.Join(", ", table.Select(entry => entry.Name))}.");
                return [];
            }

            if (!values.Contains(table[index].Value))
                values.Add(table[index].Value);
        }

        return [.. values];
    }
}
