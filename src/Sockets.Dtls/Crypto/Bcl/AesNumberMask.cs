using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>AES of the sample, through a held transform: the one-shot call costs ten times as much and allocates.</summary>
internal sealed class AesNumberMask : NumberMask
{
    private const int BlockLength = 16;

    private readonly Aes _aes;
    private readonly ICryptoTransform _transform;
    private readonly byte[] _input = new byte[BlockLength];
    private readonly byte[] _output = new byte[BlockLength];

    public AesNumberMask(ReadOnlySpan<byte> key)
    {
        _aes = Aes.Create();
        _aes.SetKey(key);
#pragma warning disable CA5358 // One block of ciphertext as a mask is what RFC 9147 §4.2.3 asks for; no mode chains here.
        _aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
        _aes.Padding = PaddingMode.None;
        _transform = _aes.CreateEncryptor();
    }

    public override void Compute(ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        sample.CopyTo(_input);
        _transform.TransformBlock(_input, 0, BlockLength, _output, 0);
        _output.AsSpan(0, mask.Length).CopyTo(mask);
    }

    public override void Dispose()
    {
        _transform.Dispose();
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_output);
    }
}
