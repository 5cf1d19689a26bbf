using System;
using System.Buffers.Binary;

namespace Sockets.Dtls.Crypto.Hybrid;

/// <summary>A source of ML-KEM-768 (FIPS 203): the part of a hybrid group that a quantum computer does not break.</summary>
internal abstract class MLKem768
{
    public const int EncapsulationKeyLength = 1184;
    public const int CiphertextLength = 1088;
    public const int SecretLength = 32;
    public const int SeedLength = 64;

    private const int SeedOfMatrixLength = 32;
    private const int Modulus = 3329;

    /// <summary>Makes a fresh key pair.</summary>
    public abstract MLKem768Key Generate();

    /// <summary>Makes the key pair of a seed: for known answers only.</summary>
    public abstract MLKem768Key Import(ReadOnlySpan<byte> seed);

    /// <summary>Makes a secret for the owner of a key. False when the key is refused.</summary>
    /// <param name="encapsulationKey">A key that <see cref="IsEncapsulationKey"/> has passed.</param>
    /// <param name="ciphertext">Exactly <see cref="CiphertextLength"/> bytes.</param>
    /// <param name="secret">Exactly <see cref="SecretLength"/> bytes.</param>
    public abstract bool TryEncapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext, Span<byte> secret);

    /// <summary>The checks of FIPS 203 §7.2: the length, and that every coefficient is below the modulus.</summary>
    public static bool IsEncapsulationKey(ReadOnlySpan<byte> key)
    {
        const int pairLength = 3;
        if (key.Length != EncapsulationKeyLength)
            return false;
        for (int i = 0; i < EncapsulationKeyLength - SeedOfMatrixLength; i += pairLength)
        {
            int low = BinaryPrimitives.ReadUInt16LittleEndian(key[i..]) & 0xFFF;
            int high = BinaryPrimitives.ReadUInt16LittleEndian(key[(i + 1)..]) >> 4;
            if (low >= Modulus || high >= Modulus)
                return false;
        }

        return true;
    }
}
