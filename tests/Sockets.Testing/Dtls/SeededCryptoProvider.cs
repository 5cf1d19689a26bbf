using Sockets.Dtls.Crypto;

namespace Sockets.Testing;

/// <summary>
/// A provider whose randomness comes from a seed. Key pairs stay the inner provider's: their lengths, and so the
/// packet trace, do not depend on them.
/// </summary>
public sealed class SeededCryptoProvider(CryptoProvider inner, ulong seed) : DelegatingCryptoProvider(inner)
{
    private readonly SeededRandom _random = new(seed);

    public override string Name => base.Name + " (seeded)";

    public override void FillRandom(Span<byte> destination) => _random.Fill(destination);
}
