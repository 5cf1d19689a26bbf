using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Hybrid;

namespace Sockets.Testing;

/// <summary>Gives a provider the hybrid group on a platform without ML-KEM, so that what needs it can be tried there too.</summary>
public sealed class HybridCryptoProvider(CryptoProvider inner) : DelegatingCryptoProvider(inner), IKnownKeyExchange
{
    /// <summary>Whether the platform has the hashes for it.</summary>
    public static bool IsSupported => SHA3_256.IsSupported && Shake128.IsSupported;

    public override string Name => base.Name + " (hybrid)";

    public override IReadOnlyList<NamedGroup> Groups { get; } =
        [NamedGroup.X25519MLKEM768, .. inner.Groups.Where(static group => group != NamedGroup.X25519MLKEM768)];

    public override KeyExchange CreateKeyExchange(NamedGroup group) => group == NamedGroup.X25519MLKEM768
        ? new HybridKeyExchange(ReferenceMLKem768.Instance.Generate(), base.CreateKeyExchange(NamedGroup.X25519))
        : base.CreateKeyExchange(group);

    public override KeyExchange CreateKeyExchangeResponse(NamedGroup group) => group == NamedGroup.X25519MLKEM768
        ? new HybridKeyExchangeResponse(ReferenceMLKem768.Instance, base.CreateKeyExchange(NamedGroup.X25519))
        : base.CreateKeyExchangeResponse(group);

    KeyExchange IKnownKeyExchange.ImportKeyExchange(NamedGroup group, ReadOnlySpan<byte> privateKey)
    {
        var known = (IKnownKeyExchange)Inner;
        return group == NamedGroup.X25519MLKEM768
            ? new HybridKeyExchange(
                ReferenceMLKem768.Instance.Import(privateKey[..MLKem768.SeedLength]),
                known.ImportKeyExchange(NamedGroup.X25519, privateKey[MLKem768.SeedLength..]))
            : known.ImportKeyExchange(group, privateKey);
    }
}
