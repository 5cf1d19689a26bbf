using System;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>HMAC and HKDF-Expand over libcrypto's hashes, one context per thread and hash.</summary>
internal sealed unsafe class OpenSslHmac : HmacConstruction
{
    [ThreadStatic]
    private static OpenSslHmac? t_sha256;

    [ThreadStatic]
    private static OpenSslHmac? t_sha384;

    private readonly nint _context;

    private OpenSslHmac(HashKind hash)
        : base(hash)
    {
        _context = OpenSslError.ThrowIfNull(LibCrypto.EVP_MD_CTX_new());
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestInit_ex(_context, EvpAlgorithms.Hash(hash), 0));
    }

    ~OpenSslHmac() => LibCrypto.EVP_MD_CTX_free(_context);

    /// <summary>The instance of this thread.</summary>
    public static OpenSslHmac Get(HashKind hash) => hash == HashKind.Sha384
        ? t_sha384 ??= new OpenSslHmac(hash)
        : t_sha256 ??= new OpenSslHmac(hash);

    protected override void Append(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return;
        fixed (byte* bytes = data)
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestUpdate(_context, bytes, (nuint)data.Length));
        GC.KeepAlive(this);
    }

    protected override void FinishAndReset(Span<byte> destination)
    {
        fixed (byte* output = destination)
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestFinal_ex(_context, output, null));
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestInit_ex(_context, 0, 0));
        GC.KeepAlive(this);
    }
}
