using System;

namespace Sockets.Dtls.Crypto.Hybrid;

/// <summary>An ML-KEM-768 key pair. Owns the decapsulation key, and zeroes it on dispose.</summary>
internal abstract class MLKem768Key : IDisposable
{
    /// <summary>Writes the encapsulation key.</summary>
    /// <param name="destination">Exactly <see cref="MLKem768.EncapsulationKeyLength"/> bytes.</param>
    public abstract void ExportEncapsulationKey(Span<byte> destination);

    /// <summary>
    /// Takes the secret out. A ciphertext that nobody made for this key gives an unrelated secret (FIPS 203 §6.3), so that
    /// Finished fails.
    /// </summary>
    /// <param name="ciphertext">Exactly <see cref="MLKem768.CiphertextLength"/> bytes.</param>
    /// <param name="secret">Exactly <see cref="MLKem768.SecretLength"/> bytes.</param>
    /// <returns>False when the platform refuses.</returns>
    public abstract bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret);

    /// <inheritdoc/>
    public abstract void Dispose();
}
