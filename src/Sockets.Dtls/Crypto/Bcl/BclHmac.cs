using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>HMAC and HKDF-Expand over the platform's hashes, one kept hash per thread and kind.</summary>
internal sealed class BclHmac : HmacConstruction
{
    [ThreadStatic]
    private static BclHmac? t_sha256;

    [ThreadStatic]
    private static BclHmac? t_sha384;

    private readonly IncrementalHash _hash;

    private BclHmac(HashKind hash)
        : base(hash) => _hash = IncrementalHash.CreateHash(BclTranscriptHash.NameOf(hash));

    /// <summary>The instance of this thread.</summary>
    public static BclHmac Get(HashKind hash) => hash == HashKind.Sha384
        ? t_sha384 ??= new BclHmac(hash)
        : t_sha256 ??= new BclHmac(hash);

    protected override void Append(ReadOnlySpan<byte> data)
    {
        if (!data.IsEmpty)
            _hash.AppendData(data);
    }

    protected override void FinishAndReset(Span<byte> destination) => _hash.GetHashAndReset(destination);
}
