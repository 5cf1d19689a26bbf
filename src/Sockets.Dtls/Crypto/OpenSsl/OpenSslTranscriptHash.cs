using System;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>A running hash; a snapshot is taken in a second, kept context, and only that one is ended.</summary>
internal sealed unsafe class OpenSslTranscriptHash : TranscriptHash
{
    private readonly int _length;
    private nint _running;
    private nint _snapshot;

    public OpenSslTranscriptHash(HashKind hash)
    {
        _length = CipherSuites.HashLength(hash);
        _running = OpenSslError.ThrowIfNull(LibCrypto.EVP_MD_CTX_new());
        _snapshot = OpenSslError.ThrowIfNull(LibCrypto.EVP_MD_CTX_new());
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestInit_ex(_running, EvpAlgorithms.Hash(hash), 0));
    }

    ~OpenSslTranscriptHash() => Dispose(false);

    public override int Length => _length;

    public override void Append(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_running == 0, this);
        fixed (byte* bytes = data)
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestUpdate(_running, bytes, (nuint)data.Length));
        GC.KeepAlive(this);
    }

    public override void GetCurrent(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_running == 0, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, _length, nameof(destination));
        OpenSslError.ThrowIfFailed(LibCrypto.EVP_MD_CTX_copy_ex(_snapshot, _running));
        fixed (byte* output = destination)
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_DigestFinal_ex(_snapshot, output, null));
        GC.KeepAlive(this);
    }

    protected override void Dispose(bool disposing)
    {
        LibCrypto.EVP_MD_CTX_free(_running);
        LibCrypto.EVP_MD_CTX_free(_snapshot);
        _running = 0;
        _snapshot = 0;
    }
}
