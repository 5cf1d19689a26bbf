using System;

namespace Sockets.Dtls.Crypto;

/// <summary>Checks the keys given to <see cref="CryptoProvider.CreateRecordCipher"/>.</summary>
internal static class RecordKeys
{
    /// <exception cref="ArgumentOutOfRangeException">The provider does not run the suite.</exception>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void Validate(
        CryptoProvider provider, CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
    {
        bool offered = false;
        foreach (CipherSuite candidate in provider.CipherSuites)
            offered |= candidate == suite;
        foreach (CipherSuite candidate in provider.CipherSuitesByChoice)
            offered |= candidate == suite;
        if (!offered)
            throw new ArgumentOutOfRangeException(nameof(suite), suite, $"{provider.Name} does not offer this suite.");

        int length = CipherSuites.KeyLength(suite);
        if (key.Length != length || numberKey.Length != length)
            throw new ArgumentException($"The keys of {suite} have {length} bytes.", nameof(key));
        if (iv.Length != CipherSuites.NonceLength)
            throw new ArgumentException("The IV has 12 bytes.", nameof(iv));
    }
}
