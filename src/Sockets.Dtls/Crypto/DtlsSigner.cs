using System;
using System.Collections.Generic;

namespace Sockets.Dtls.Crypto;

/// <summary>A private key that signs in this process. Keys that live elsewhere are answered by the driver instead.</summary>
public abstract class DtlsSigner : IDisposable
{
    /// <summary>The schemes this key can sign with, the preferred one first.</summary>
    public abstract IReadOnlyList<SignatureScheme> Schemes { get; }

    /// <summary>Signs <paramref name="data"/> (the whole content, not a hash). ECDSA signatures are DER encoded.</summary>
    public abstract byte[] Sign(SignatureScheme scheme, ReadOnlySpan<byte> data);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the key. Called once or more.</summary>
    protected abstract void Dispose(bool disposing);
}
