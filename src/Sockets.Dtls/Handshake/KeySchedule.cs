using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// The key schedule of RFC 8446 §7.1 with the "dtls13" label prefix of RFC 9147 §5.9:
/// early secret → handshake secret → master secret. Holds every secret of the handshake in one piece of native memory, which
/// no garbage collector copies, and zeroes it on dispose.
/// </summary>
internal sealed unsafe class KeySchedule : IDisposable
{
    private const int SecretCount = (int)ScheduledSecret.Resumption + 1;

    private readonly CryptoProvider _crypto;
    private byte* _memory;
    private bool _isMaster;

    public KeySchedule(CryptoProvider crypto, CipherSuite suite)
    {
        _crypto = crypto;
        Suite = suite;
        Hash = CipherSuites.Hash(suite);
        HashLength = CipherSuites.HashLength(Hash);
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(SecretCount * HashLength));
    }

    ~KeySchedule() => Release();

    public CipherSuite Suite { get; }

    public HashKind Hash { get; }

    public int HashLength { get; }

    /// <summary>A secret that <see cref="Derive"/> has derived; zeros before, nothing after <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> this[ScheduledSecret secret] => Place(secret);

    /// <summary>Early secret → handshake secret, without a PSK.</summary>
    public void EnterHandshake(ReadOnlySpan<byte> sharedSecret) =>
        _crypto.HkdfExtract(Hash, ScheduleConstants.HandshakeSalt(Hash), sharedSecret, Place(ScheduledSecret.Current));

    /// <summary>Early secret → handshake secret, with what <see cref="ExtractEarly"/> made of a PSK.</summary>
    /// <param name="earlySecret">The early secret.</param>
    /// <param name="sharedSecret">The secret of the key exchange; empty for psk_ke, which has none.</param>
    public void EnterHandshake(ReadOnlySpan<byte> earlySecret, ReadOnlySpan<byte> sharedSecret)
    {
        Span<byte> buffer = stackalloc byte[2 * CipherSuites.MaxHashLength];
        buffer.Clear();
        Span<byte> salt = buffer[..HashLength];
        ExpandLabel(_crypto, Hash, earlySecret, "derived"u8, ScheduleConstants.EmptyHash(Hash), salt);
        ReadOnlySpan<byte> input = sharedSecret.IsEmpty ? buffer.Slice(CipherSuites.MaxHashLength, HashLength) : sharedSecret;
        _crypto.HkdfExtract(Hash, salt, input, Place(ScheduledSecret.Current));
        CryptographicOperations.ZeroMemory(salt);
    }

    /// <summary>Handshake secret → master secret.</summary>
    public void EnterMaster()
    {
        if (_isMaster)
            throw new InvalidOperationException("The key schedule has ended.");
        _isMaster = true;
        Span<byte> buffer = stackalloc byte[2 * CipherSuites.MaxHashLength];
        buffer.Clear();
        Span<byte> zeros = buffer[..HashLength];
        Span<byte> salt = buffer.Slice(CipherSuites.MaxHashLength, HashLength);
        Span<byte> current = Place(ScheduledSecret.Current);
        ExpandLabel(_crypto, Hash, current, "derived"u8, ScheduleConstants.EmptyHash(Hash), salt);
        _crypto.HkdfExtract(Hash, salt, zeros, current);
        CryptographicOperations.ZeroMemory(salt);
    }

    /// <summary>Derive-Secret(current secret, label, transcript).</summary>
    public ReadOnlySpan<byte> Derive(ScheduledSecret secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> transcriptHash)
    {
        Span<byte> place = Place(secret);
        ExpandLabel(_crypto, Hash, Place(ScheduledSecret.Current), label, transcriptHash, place);
        return place;
    }

    /// <summary>The Finished value for a traffic secret over a transcript (RFC 8446 §4.4.4).</summary>
    public void ComputeFinished(ReadOnlySpan<byte> trafficSecret, ReadOnlySpan<byte> transcriptHash, Span<byte> destination) =>
        ComputeFinished(_crypto, Hash, trafficSecret, transcriptHash, destination);

    /// <inheritdoc cref="ComputeFinished(ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>
    public static void ComputeFinished(CryptoProvider crypto, HashKind hash, ReadOnlySpan<byte> trafficSecret, ReadOnlySpan<byte> transcriptHash, Span<byte> destination)
    {
        Span<byte> key = stackalloc byte[CipherSuites.MaxHashLength];
        key = key[..CipherSuites.HashLength(hash)];
        ExpandLabel(crypto, hash, trafficSecret, "finished"u8, default, key);
        crypto.Hmac(hash, key, transcriptHash, destination);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>The early secret of a PSK (RFC 8446 §7.1).</summary>
    public static void ExtractEarly(CryptoProvider crypto, HashKind hash, ReadOnlySpan<byte> psk, Span<byte> destination)
    {
        Span<byte> zeros = stackalloc byte[CipherSuites.MaxHashLength];
        zeros.Clear();
        crypto.HkdfExtract(hash, zeros[..CipherSuites.HashLength(hash)], psk, destination);
    }

    /// <summary>The value that proves possession of a PSK (RFC 8446 §4.2.11.2).</summary>
    /// <param name="crypto">The provider.</param>
    /// <param name="hash">The PSK's hash.</param>
    /// <param name="earlySecret">What <see cref="ExtractEarly"/> made of the PSK.</param>
    /// <param name="kind">Where the PSK comes from.</param>
    /// <param name="transcriptHash">Hash of everything through the ClientHello without its binders.</param>
    /// <param name="destination">Takes exactly the hash length.</param>
    public static void ComputeBinder(
        CryptoProvider crypto, HashKind hash, ReadOnlySpan<byte> earlySecret, PskKind kind, ReadOnlySpan<byte> transcriptHash, Span<byte> destination)
    {
        int length = CipherSuites.HashLength(hash);
        Span<byte> buffer = stackalloc byte[2 * CipherSuites.MaxHashLength];
        Span<byte> binderKey = buffer[..length];
        Span<byte> finishedKey = buffer.Slice(CipherSuites.MaxHashLength, length);
        ReadOnlySpan<byte> label = kind switch
        {
            PskKind.External => "ext binder"u8,
            PskKind.Imported => "imp binder"u8,
            _ => "res binder"u8,
        };
        ExpandLabel(crypto, hash, earlySecret, label, ScheduleConstants.EmptyHash(hash), binderKey);
        ExpandLabel(crypto, hash, binderKey, "finished"u8, default, finishedKey);
        crypto.Hmac(hash, finishedKey, transcriptHash, destination);
        CryptographicOperations.ZeroMemory(buffer);
    }

    /// <summary>client_early_traffic_secret, over the transcript through the first ClientHello (RFC 8446 §7.1).</summary>
    public static void DeriveEarlyTraffic(CryptoProvider crypto, HashKind hash, ReadOnlySpan<byte> earlySecret, ReadOnlySpan<byte> transcriptHash, Span<byte> destination) =>
        ExpandLabel(crypto, hash, earlySecret, "c e traffic"u8, transcriptHash, destination);

    /// <summary>HKDF-Expand-Label with the DTLS 1.3 prefix.</summary>
    public static void ExpandLabel(
        CryptoProvider crypto, HashKind hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        // uint16 length; opaque label<7..255> = "dtls13" + label; opaque context<0..255>
        Span<byte> info = stackalloc byte[2 + 1 + 255 + 1 + 255];
        ReadOnlySpan<byte> prefix = "dtls13"u8;
        info[0] = (byte)(destination.Length >> 8);
        info[1] = (byte)destination.Length;
        info[2] = (byte)(prefix.Length + label.Length);
        prefix.CopyTo(info[3..]);
        label.CopyTo(info[(3 + prefix.Length)..]);
        int offset = 3 + prefix.Length + label.Length;
        info[offset] = (byte)context.Length;
        context.CopyTo(info[(offset + 1)..]);
        crypto.HkdfExpand(hash, secret, info[..(offset + 1 + context.Length)], destination);
    }

    /// <summary>The record protection of a traffic secret: key, iv and sn (RFC 8446 §7.3, RFC 9147 §4.2.3).</summary>
    public static RecordCipher CreateCipher(CryptoProvider crypto, CipherSuite suite, ReadOnlySpan<byte> trafficSecret)
    {
        HashKind hash = CipherSuites.Hash(suite);
        int keyLength = CipherSuites.KeyLength(suite);
        Span<byte> material = stackalloc byte[(2 * CipherSuites.MaxKeyLength) + CipherSuites.NonceLength];
        Span<byte> key = material[..keyLength];
        Span<byte> numberKey = material.Slice(CipherSuites.MaxKeyLength, keyLength);
        Span<byte> iv = material[(2 * CipherSuites.MaxKeyLength)..];
        ExpandLabel(crypto, hash, trafficSecret, "key"u8, default, key);
        ExpandLabel(crypto, hash, trafficSecret, "iv"u8, default, iv);
        ExpandLabel(crypto, hash, trafficSecret, "sn"u8, default, numberKey);
        RecordCipher cipher = crypto.CreateRecordCipher(suite, key, iv, numberKey);
        CryptographicOperations.ZeroMemory(material);
        return cipher;
    }

    /// <summary>Replaces a traffic secret by the next generation (RFC 8446 §7.2).</summary>
    public static void UpdateTrafficSecret(CryptoProvider crypto, CipherSuite suite, Span<byte> trafficSecret)
    {
        Span<byte> next = stackalloc byte[CipherSuites.MaxHashLength];
        next = next[..trafficSecret.Length];
        ExpandLabel(crypto, CipherSuites.Hash(suite), trafficSecret, "traffic upd"u8, default, next);
        next.CopyTo(trafficSecret);
        CryptographicOperations.ZeroMemory(next);
    }

    /// <summary>The TLS exporter (RFC 8446 §7.5). An absent and an empty context are the same.</summary>
    public static void Export(
        CryptoProvider crypto, CipherSuite suite, ReadOnlySpan<byte> exporterSecret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        HashKind hash = CipherSuites.Hash(suite);
        int length = CipherSuites.HashLength(hash);
        Span<byte> buffer = stackalloc byte[2 * CipherSuites.MaxHashLength];
        Span<byte> contextHash = buffer[..length];
        Span<byte> secret = buffer.Slice(CipherSuites.MaxHashLength, length);
        using (TranscriptHash digest = crypto.CreateTranscriptHash(hash))
        {
            ExpandLabel(crypto, hash, exporterSecret, label, ScheduleConstants.EmptyHash(hash), secret);
            digest.Append(context);
            digest.GetCurrent(contextHash);
        }

        ExpandLabel(crypto, hash, secret, "exporter"u8, contextHash, destination);
        CryptographicOperations.ZeroMemory(buffer);
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private Span<byte> Place(ScheduledSecret secret) =>
        _memory is null ? default : new Span<byte>(_memory + ((int)secret * HashLength), HashLength);

    private void Release()
    {
        if (_memory is null)
            return;
        CryptographicOperations.ZeroMemory(new Span<byte>(_memory, SecretCount * HashLength));
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
