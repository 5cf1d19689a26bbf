using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// HMAC (RFC 2104) and HKDF-Expand (RFC 5869 §2.3) over one kept hash context per thread and hash. Making a MAC context
/// costs more than the MAC, and a handshake needs about fifty. After each use the context is started afresh, which
/// wipes what it knew of the key.
/// </summary>
internal sealed unsafe class OpenSslHmac
{
    private const int MaxBlockLength = 128;

    [ThreadStatic]
    private static OpenSslHmac? t_sha256;

    [ThreadStatic]
    private static OpenSslHmac? t_sha384;

    private readonly nint _digest;
    private readonly int _hashLength;
    private readonly int _blockLength;
    private readonly nint _context;

    private OpenSslHmac(HashKind hash)
    {
        _digest = EvpAlgorithms.Hash(hash);
        _hashLength = CipherSuites.HashLength(hash);
        _blockLength = hash == HashKind.Sha384 ? 128 : 64;
        _context = OpenSslError.ThrowIfNull(LibCrypto.EVP_MD_CTX_new());
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestInit_ex(_context, _digest, 0));
    }

    ~OpenSslHmac() => LibCrypto.EVP_MD_CTX_free(_context);

    /// <summary>The instance of this thread.</summary>
    public static OpenSslHmac Get(HashKind hash) => hash == HashKind.Sha384
        ? t_sha384 ??= new OpenSslHmac(hash)
        : t_sha256 ??= new OpenSslHmac(hash);

    /// <summary>HMAC of <paramref name="data"/>.</summary>
    public void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (destination.Length != _hashLength)
            throw new ArgumentException("The destination takes exactly the hash length.", nameof(destination));

        byte* padded = stackalloc byte[MaxBlockLength];
        SetKey(key, padded);
        fixed (byte* bytes = data)
        fixed (byte* output = destination)
            Mac(padded, bytes, data.Length, null, 0, null, output);
        Clear(padded, MaxBlockLength);
        Wipe();
    }

    /// <summary>HKDF-Expand.</summary>
    public void Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, 255 * _hashLength, nameof(destination));
        byte* padded = stackalloc byte[MaxBlockLength];
        byte* block = stackalloc byte[CipherSuites.MaxHashLength];
        SetKey(key, padded);
        fixed (byte* context = info)
        {
            int previous = 0;
            for (byte counter = 1; !destination.IsEmpty; counter++)
            {
                Mac(padded, block, previous, context, info.Length, &counter, block);
                previous = _hashLength;
                int take = Math.Min(destination.Length, _hashLength);
                new ReadOnlySpan<byte>(block, take).CopyTo(destination);
                destination = destination[take..];
            }
        }

        Clear(block, CipherSuites.MaxHashLength);
        Clear(padded, MaxBlockLength);
        Wipe();
    }

    private static void Clear(byte* bytes, int length) => CryptographicOperations.ZeroMemory(new Span<byte>(bytes, length));

    /// <summary>The key, zero filled to a block, exclusive-or the inner pad.</summary>
    private void SetKey(ReadOnlySpan<byte> key, byte* padded)
    {
        Span<byte> block = new(padded, _blockLength);
        block.Clear();
        if (key.Length > _blockLength)
        {
            fixed (byte* bytes = key)
            {
                Begin();
                Add(bytes, key.Length);
                End(padded);
            }
        }
        else
        {
            key.CopyTo(block);
        }

        Flip(padded, 0x36);
    }

    private void Flip(byte* padded, byte pad)
    {
        for (int i = 0; i < _blockLength; i++)
            padded[i] ^= pad;
    }

    /// <summary>One HMAC over up to three parts. <paramref name="padded"/> is left as it came.</summary>
    private void Mac(byte* padded, byte* first, int firstLength, byte* second, int secondLength, byte* last, byte* output)
    {
        byte* inner = stackalloc byte[CipherSuites.MaxHashLength];
        Begin();
        Add(padded, _blockLength);
        Add(first, firstLength);
        Add(second, secondLength);
        Add(last, last == null ? 0 : 1);
        End(inner);

        Flip(padded, 0x36 ^ 0x5C);
        Begin();
        Add(padded, _blockLength);
        Add(inner, _hashLength);
        End(output);
        Flip(padded, 0x36 ^ 0x5C);
        Clear(inner, CipherSuites.MaxHashLength);
    }

    private void Begin() => OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestInit_ex(_context, 0, 0));

    private void Add(byte* bytes, int length)
    {
        if (length != 0)
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestUpdate(_context, bytes, (nuint)length));
    }

    private void End(byte* output) => OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestFinal_ex(_context, output, null));

    private void Wipe()
    {
        Begin();
        GC.KeepAlive(this);
    }
}
