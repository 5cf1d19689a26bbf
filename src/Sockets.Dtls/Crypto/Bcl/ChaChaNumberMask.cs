using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>Two bytes of the ChaCha20 block that the sample selects: 4 bytes of counter, 12 of nonce.</summary>
internal sealed class ChaChaNumberMask : NumberMask
{
    private readonly byte[] _key;

    public ChaChaNumberMask(ReadOnlySpan<byte> key) => _key = key.ToArray();

    public override void Compute(ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        ushort first = (ushort)ChaCha20Block.FirstWord(_key, sample);
        mask[0] = (byte)first;
        if (mask.Length == 2)
            mask[1] = (byte)(first >> 8);
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_key);
}
