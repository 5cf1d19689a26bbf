using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>
/// AES-GCM records on the processor's own AES and carry-less-multiply instructions, a whole record in one call; all else,
/// ChaCha20-Poly1305 included, is another provider's: OpenSSL where it is found, else the platform's.
/// </summary>
public sealed class HardwareCryptoProvider : CryptoProvider, IKnownKeyExchange
{
    private static readonly Lazy<HardwareCryptoProvider> s_instance = new(static () => Create(BestKernel));
    private static readonly Lazy<HardwareCryptoProvider> s_native = new(static () => Create(GcmKernelKind.Native));

    private readonly CryptoProvider _inner;
    private readonly GcmKernelKind _kernel;
    private readonly string _name;

    private HardwareCryptoProvider(GcmKernelKind kernel, CryptoProvider inner)
    {
        _kernel = kernel;
        _inner = inner;
        _name = $"Hardware {kernel} over {inner.Name}";
    }

    /// <summary>True when the processor has the instructions and another provider is there for the rest.</summary>
    public static bool IsSupported => IsKernelSupported(BestKernel);

    /// <summary>The shared provider, which has passed its self-test.</summary>
    /// <exception cref="PlatformNotSupportedException"><see cref="IsSupported"/> is false.</exception>
    /// <exception cref="CryptographicException">The self-test failed.</exception>
    public static HardwareCryptoProvider Instance => s_instance.Value;

    /// <summary>True when the native accelerator was found beside the program and runs on this processor.</summary>
    public static bool IsNativeSupported => IsKernelSupported(GcmKernelKind.Native);

    /// <summary>The same over the native accelerator, which has passed its self-test too.</summary>
    /// <exception cref="PlatformNotSupportedException"><see cref="IsNativeSupported"/> is false.</exception>
    /// <exception cref="CryptographicException">The self-test failed.</exception>
    public static HardwareCryptoProvider NativeInstance => s_native.Value;

    /// <inheritdoc/>
    public override string Name => _name;

    /// <inheritdoc/>
    public override IReadOnlyList<CipherSuite> CipherSuites => _inner.CipherSuites;

    /// <inheritdoc/>
    public override IReadOnlyList<NamedGroup> Groups => _inner.Groups;

    /// <inheritdoc/>
    public override IReadOnlyList<SignatureScheme> SignatureSchemes => _inner.SignatureSchemes;

    private static GcmKernelKind BestKernel =>
        WideGcmKernel<Aes128Key>.IsSupported ? GcmKernelKind.X64Wide
        : X64Instructions.IsSupported ? GcmKernelKind.X64Narrow
        : GcmKernelKind.Arm64;

    /// <summary>Runs the known answers of every primitive, as was done before <see cref="Instance"/> was first given out.</summary>
    /// <exception cref="CryptographicException">A known answer was missed; the message names provider and primitive.</exception>
    public void SelfTest() => CryptoSelfTest.Run(this);

    /// <inheritdoc/>
    public override RecordCipher CreateRecordCipher(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
    {
        RecordKeys.Validate(this, suite, key, iv, numberKey);
        return suite switch
        {
            CipherSuite.Aes128GcmSha256 => Create<Aes128Key>(suite, key, iv, numberKey),
            CipherSuite.Aes256GcmSha384 => Create<Aes256Key>(suite, key, iv, numberKey),
            _ => _inner.CreateRecordCipher(suite, key, iv, numberKey),
        };
    }

    /// <inheritdoc/>
    public override KeyExchange CreateKeyExchange(NamedGroup group) => _inner.CreateKeyExchange(group);

    /// <inheritdoc/>
    public override TranscriptHash CreateTranscriptHash(HashKind hash) => _inner.CreateTranscriptHash(hash);

    /// <inheritdoc/>
    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination) =>
        _inner.Hmac(hash, key, data, destination);

    /// <inheritdoc/>
    public override void HkdfExtract(HashKind hash, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> inputKey, Span<byte> destination) =>
        _inner.HkdfExtract(hash, salt, inputKey, destination);

    /// <inheritdoc/>
    public override void HkdfExpand(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination) =>
        _inner.HkdfExpand(hash, key, info, destination);

    /// <inheritdoc/>
    public override bool VerifySignature(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        _inner.VerifySignature(scheme, subjectPublicKeyInfo, data, signature);

    /// <inheritdoc/>
    public override DtlsSigner ImportPrivateKey(ReadOnlySpan<byte> pkcs8) => _inner.ImportPrivateKey(pkcs8);

    /// <inheritdoc/>
    public override void FillRandom(Span<byte> destination) => _inner.FillRandom(destination);

    /// <inheritdoc/>
    KeyExchange IKnownKeyExchange.ImportKeyExchange(NamedGroup group, ReadOnlySpan<byte> privateKey) =>
        ((IKnownKeyExchange)_inner).ImportKeyExchange(group, privateKey);

    /// <summary>Makes a provider of a kernel, which has passed its self-test.</summary>
    /// <exception cref="PlatformNotSupportedException">The kernel does not run here.</exception>
    internal static HardwareCryptoProvider Create(GcmKernelKind kernel)
    {
        if (!IsKernelSupported(kernel))
            throw new PlatformNotSupportedException("The processor has no AES or carry-less-multiply instructions.");
        CryptoProvider inner = OpenSslCryptoProvider.IsSupported ? OpenSslCryptoProvider.Instance : BclCryptoProvider.Instance;
        var provider = new HardwareCryptoProvider(kernel, inner);
        provider.SelfTest();
        return provider;
    }

    /// <summary>Whether a kernel can run, and another provider is there for the rest.</summary>
    internal static bool IsKernelSupported(GcmKernelKind kernel)
    {
        bool supported = kernel switch
        {
            GcmKernelKind.Native => NativeGcm.IsAvailable,
            GcmKernelKind.X64Wide => WideGcmKernel<Aes128Key>.IsSupported,
            GcmKernelKind.X64Narrow => X64Instructions.IsSupported,
            _ => Arm64Instructions.IsSupported,
        };
        return supported && BitConverter.IsLittleEndian && (OpenSslCryptoProvider.IsSupported || BclCryptoProvider.IsSupported);
    }

    private RecordCipher Create<TKey>(
        CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey)
        where TKey : struct, IAesKeySize => _kernel switch
        {
            GcmKernelKind.Native => new HardwareRecordCipher<NativeGcmKernel<TKey>>(suite, key, iv, numberKey),
            GcmKernelKind.X64Wide => new HardwareRecordCipher<WideGcmKernel<TKey>>(suite, key, iv, numberKey),
            GcmKernelKind.X64Narrow =>
                new HardwareRecordCipher<NarrowGcmKernel<TKey, X64Instructions>>(suite, key, iv, numberKey),
            _ => new HardwareRecordCipher<NarrowGcmKernel<TKey, Arm64Instructions>>(suite, key, iv, numberKey),
        };
}
