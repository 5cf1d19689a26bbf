using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Hybrid;

/// <summary>The platform's ML-KEM-768: there with OpenSSL 3.5 and later, and with recent versions of Windows.</summary>
internal sealed class PlatformMLKem768 : MLKem768
{
    /// <summary>The one instance. Not to be used unless <see cref="IsSupported"/>.</summary>
    public static readonly PlatformMLKem768 Instance = new();

    private PlatformMLKem768()
    {
    }

    /// <summary>Whether the platform has it.</summary>
    public static bool IsSupported => MLKem.IsSupported;

    public override MLKem768Key Generate() => new Key(MLKem.GenerateKey(MLKemAlgorithm.MLKem768));

    public override MLKem768Key Import(ReadOnlySpan<byte> seed) => new Key(MLKem.ImportPrivateSeed(MLKemAlgorithm.MLKem768, seed));

    public override bool TryEncapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext, Span<byte> secret)
    {
        try
        {
            using MLKem key = MLKem.ImportEncapsulationKey(MLKemAlgorithm.MLKem768, encapsulationKey);
            key.Encapsulate(ciphertext, secret);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private sealed class Key(MLKem key) : MLKem768Key
    {
        public override void ExportEncapsulationKey(Span<byte> destination) => key.ExportEncapsulationKey(destination);

        public override bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret)
        {
            try
            {
                key.Decapsulate(ciphertext, secret);
                return true;
            }
            catch (CryptographicException)
            {
                return false;
            }
        }

        public override void Dispose() => key.Dispose();
    }
}
