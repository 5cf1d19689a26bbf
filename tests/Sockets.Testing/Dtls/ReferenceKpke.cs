using System.Security.Cryptography;

namespace Sockets.Testing;

/// <summary>K-PKE, the encryption below ML-KEM-768 (FIPS 203 §5), with the names of the standard.</summary>
internal sealed class ReferenceKpke
{
    private const int K = 3;
    private const int Du = 10;
    private const int Dv = 4;
    private const int SeedLength = 32;
    private const int PolynomialLength = 384;

    private readonly int[][] _s;

    /// <summary>K-PKE.KeyGen (algorithm 13).</summary>
    public ReferenceKpke(ReadOnlySpan<byte> d)
    {
        byte[] expanded = SHA3_512.HashData([.. d, K]);
        ReadOnlySpan<byte> rho = expanded.AsSpan(0, SeedLength);
        byte[] sigma = expanded[SeedLength..];
        _s = [.. Enumerable.Range(0, K).Select(i => ReferencePolynomial.Ntt(ReferencePolynomial.SampleNoise(sigma, i)))];
        var key = new List<byte>();
        for (int i = 0; i < K; i++)
        {
            int[] t = ReferencePolynomial.Ntt(ReferencePolynomial.SampleNoise(sigma, K + i));
            for (int j = 0; j < K; j++)
                ReferencePolynomial.AddProduct(t, ReferencePolynomial.SampleUniform(rho, j, i), _s[j]);
            key.AddRange(ReferencePolynomial.Encode(t, 12));
        }

        EncryptionKey = [.. key, .. rho];
    }

    public byte[] EncryptionKey { get; }

    /// <summary>K-PKE.Encrypt (algorithm 14).</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> m, ReadOnlySpan<byte> r)
    {
        byte[] noise = r.ToArray();
        ReadOnlySpan<byte> rho = key[(K * PolynomialLength)..];
        int[][] y = [.. Enumerable.Range(0, K).Select(i => ReferencePolynomial.Ntt(ReferencePolynomial.SampleNoise(noise, i)))];
        var ciphertext = new List<byte>();
        int[] v = new int[ReferencePolynomial.N];
        for (int i = 0; i < K; i++)
        {
            int[] u = new int[ReferencePolynomial.N];
            for (int j = 0; j < K; j++)
                ReferencePolynomial.AddProduct(u, ReferencePolynomial.SampleUniform(rho, i, j), y[j]);
            u = ReferencePolynomial.Add(ReferencePolynomial.InverseNtt(u), ReferencePolynomial.SampleNoise(noise, K + i));
            ciphertext.AddRange(ReferencePolynomial.Encode(ReferencePolynomial.Compress(u, Du), Du));
            ReferencePolynomial.AddProduct(v, ReferencePolynomial.Decode(key.Slice(i * PolynomialLength, PolynomialLength), 12), y[i]);
        }

        v = ReferencePolynomial.Add(ReferencePolynomial.InverseNtt(v), ReferencePolynomial.SampleNoise(noise, 2 * K));
        v = ReferencePolynomial.Add(v, ReferencePolynomial.Decompress(ReferencePolynomial.Decode(m, 1), 1));
        return [.. ciphertext, .. ReferencePolynomial.Encode(ReferencePolynomial.Compress(v, Dv), Dv)];
    }

    /// <summary>K-PKE.Decrypt (algorithm 15).</summary>
    public byte[] Decrypt(ReadOnlySpan<byte> ciphertext)
    {
        const int uLength = ReferencePolynomial.N / 8 * Du;
        int[] w = new int[ReferencePolynomial.N];
        for (int i = 0; i < K; i++)
        {
            int[] u = ReferencePolynomial.Decompress(ReferencePolynomial.Decode(ciphertext.Slice(i * uLength, uLength), Du), Du);
            ReferencePolynomial.AddProduct(w, ReferencePolynomial.Ntt(u), _s[i]);
        }

        int[] v = ReferencePolynomial.Decompress(ReferencePolynomial.Decode(ciphertext[(K * uLength)..], Dv), Dv);
        return ReferencePolynomial.Encode(ReferencePolynomial.Compress(ReferencePolynomial.Subtract(v, ReferencePolynomial.InverseNtt(w)), 1), 1);
    }
}
