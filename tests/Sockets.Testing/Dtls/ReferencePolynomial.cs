using System.Security.Cryptography;

namespace Sockets.Testing;

/// <summary>Polynomials of 256 coefficients modulo 3329, and their transform (FIPS 203 §4).</summary>
internal static class ReferencePolynomial
{
    public const int N = 256;
    private const int Q = 3329;
    private const int RootOfUnity = 17;
    private const int InverseOf128 = 3303;

    private static readonly int[] Zetas = [.. Enumerable.Range(0, N / 2).Select(static i => Power(Reverse7(i)))];
    private static readonly int[] Gammas = [.. Enumerable.Range(0, N / 2).Select(static i => Power((2 * Reverse7(i)) + 1))];

    public static int[] Add(int[] a, int[] b) => [.. a.Zip(b, static (x, y) => (x + y) % Q)];

    public static int[] Subtract(int[] a, int[] b) => [.. a.Zip(b, static (x, y) => (x - y + Q) % Q)];

    /// <summary>Adds the product of two transformed polynomials (algorithms 11 and 12).</summary>
    public static void AddProduct(int[] sum, int[] a, int[] b)
    {
        for (int i = 0; i < N / 2; i++)
        {
            (int a0, int a1, int b0, int b1) = (a[2 * i], a[(2 * i) + 1], b[2 * i], b[(2 * i) + 1]);
            sum[2 * i] = (sum[2 * i] + (a0 * b0) + (a1 * b1 % Q * Gammas[i])) % Q;
            sum[(2 * i) + 1] = (sum[(2 * i) + 1] + (a0 * b1) + (a1 * b0)) % Q;
        }
    }

    /// <summary>NTT (algorithm 9).</summary>
    public static int[] Ntt(int[] polynomial)
    {
        int[] f = [.. polynomial];
        int zeta = 1;
        for (int length = N / 2; length >= 2; length /= 2)
        {
            for (int start = 0; start < N; start += 2 * length, zeta++)
            {
                for (int j = start; j < start + length; j++)
                {
                    int t = Zetas[zeta] * f[j + length] % Q;
                    f[j + length] = (f[j] - t + Q) % Q;
                    f[j] = (f[j] + t) % Q;
                }
            }
        }

        return f;
    }

    /// <summary>NTT^-1 (algorithm 10).</summary>
    public static int[] InverseNtt(int[] transformed)
    {
        int[] f = [.. transformed];
        int zeta = (N / 2) - 1;
        for (int length = 2; length <= N / 2; length *= 2)
        {
            for (int start = 0; start < N; start += 2 * length, zeta--)
            {
                for (int j = start; j < start + length; j++)
                {
                    int t = f[j];
                    f[j] = (t + f[j + length]) % Q;
                    f[j + length] = Zetas[zeta] * (f[j + length] - t + Q) % Q;
                }
            }
        }

        return [.. f.Select(static x => x * InverseOf128 % Q)];
    }

    /// <summary>SampleNTT (algorithm 7).</summary>
    public static int[] SampleUniform(ReadOnlySpan<byte> rho, int j, int i)
    {
        // Far more than the sampling ever needs: not every platform lets a SHAKE be read bit by bit.
        const int length = 168 * 12;
        byte[] stream = Shake128.HashData([.. rho, (byte)j, (byte)i], length);
        int[] result = new int[N];
        int count = 0;
        for (int at = 0; count < N; at += 3)
        {
            int first = stream[at] | ((stream[at + 1] & 15) << 8);
            int second = (stream[at + 1] >> 4) | (stream[at + 2] << 4);
            if (first < Q)
                result[count++] = first;
            if (second < Q && count < N)
                result[count++] = second;
        }

        return result;
    }

    /// <summary>SamplePolyCBD of PRF with eta 2 (algorithm 8).</summary>
    public static int[] SampleNoise(byte[] seed, int number)
    {
        byte[] stream = Shake256.HashData([.. seed, (byte)number], 2 * N / 4);
        int[] result = new int[N];
        for (int i = 0; i < N; i++)
        {
            int bits = stream[i / 2] >> (4 * (i % 2));
            result[i] = ((bits & 1) + ((bits >> 1) & 1) - ((bits >> 2) & 1) - ((bits >> 3) & 1) + Q) % Q;
        }

        return result;
    }

    public static int[] Compress(int[] polynomial, int d) => [.. polynomial.Select(x => (((x << (d + 1)) + Q) / (2 * Q)) & ((1 << d) - 1))];

    public static int[] Decompress(int[] polynomial, int d) => [.. polynomial.Select(y => ((2 * Q * y) + (1 << d)) >> (d + 1))];

    /// <summary>ByteEncode (algorithm 5).</summary>
    public static byte[] Encode(int[] polynomial, int d)
    {
        byte[] bytes = new byte[N / 8 * d];
        for (int bit = 0; bit < N * d; bit++)
            bytes[bit / 8] |= (byte)(((polynomial[bit / d] >> (bit % d)) & 1) << (bit % 8));
        return bytes;
    }

    /// <summary>ByteDecode (algorithm 6).</summary>
    public static int[] Decode(ReadOnlySpan<byte> bytes, int d)
    {
        int[] polynomial = new int[N];
        for (int bit = 0; bit < N * d; bit++)
            polynomial[bit / d] |= ((bytes[bit / 8] >> (bit % 8)) & 1) << (bit % d);
        if (d == 12)
        {
            for (int i = 0; i < N; i++)
                polynomial[i] %= Q;
        }

        return polynomial;
    }

    private static int Power(int exponent)
    {
        int result = 1;
        for (int i = 0; i < exponent; i++)
            result = result * RootOfUnity % Q;
        return result;
    }

    private static int Reverse7(int i)
    {
        int result = 0;
        for (int bit = 0; bit < 7; bit++)
            result |= ((i >> bit) & 1) << (6 - bit);
        return result;
    }
}
