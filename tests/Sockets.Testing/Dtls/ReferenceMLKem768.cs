using System.Security.Cryptography;
using Sockets.Dtls.Crypto.Hybrid;

namespace Sockets.Testing;

/// <summary>
/// ML-KEM-768 as FIPS 203 writes it, for tests on platforms that lack it. Neither fast nor of constant time: nothing that
/// protects anything may use it.
/// </summary>
internal sealed class ReferenceMLKem768 : MLKem768
{
    public static readonly ReferenceMLKem768 Instance = new();

    private const int HalfSeedLength = 32;

    private ReferenceMLKem768()
    {
    }

    public override MLKem768Key Generate()
    {
        byte[] seed = new byte[SeedLength];
        RandomNumberGenerator.Fill(seed);
        return Import(seed);
    }

    public override MLKem768Key Import(ReadOnlySpan<byte> seed) => seed.Length == SeedLength
        ? new Key(seed)
        : throw new CryptographicException("The seed has the wrong length.");

    public override bool TryEncapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext, Span<byte> secret)
    {
        byte[] message = new byte[HalfSeedLength];
        RandomNumberGenerator.Fill(message);
        byte[] hashes = SHA3_512.HashData([.. message, .. SHA3_256.HashData(encapsulationKey)]);
        ReferenceKpke.Encrypt(encapsulationKey, message, hashes.AsSpan(SecretLength)).CopyTo(ciphertext);
        hashes.AsSpan(0, SecretLength).CopyTo(secret);
        return true;
    }

    private sealed class Key : MLKem768Key
    {
        private readonly ReferenceKpke _pair;
        private readonly byte[] _rejection;

        public Key(ReadOnlySpan<byte> seed)
        {
            _pair = new ReferenceKpke(seed[..HalfSeedLength]);
            _rejection = seed[HalfSeedLength..].ToArray();
        }

        public override void ExportEncapsulationKey(Span<byte> destination) => _pair.EncryptionKey.CopyTo(destination);

        public override bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret)
        {
            byte[] message = _pair.Decrypt(ciphertext);
            byte[] hashes = SHA3_512.HashData([.. message, .. SHA3_256.HashData(_pair.EncryptionKey)]);
            byte[] again = ReferenceKpke.Encrypt(_pair.EncryptionKey, message, hashes.AsSpan(SecretLength));
            if (ciphertext.SequenceEqual(again))
                hashes.AsSpan(0, SecretLength).CopyTo(secret);
            else
                Shake256.HashData([.. _rejection, .. ciphertext], secret);
            return true;
        }

        public override void Dispose() => CryptographicOperations.ZeroMemory(_rejection);
    }
}
