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
    private static readonly Lazy<HardwareCryptoProvider?> s_native = new(TryCreateNative);

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
    /// <exception cref="PlatformNotSupportedException"><see cref="IsSupported"/> is false, or FIPS mode forbids it.</exception>
    /// <exception cref="CryptographicException">The self-test failed.</exception>
    public static HardwareCryptoProvider Instance => CryptoProviders.UnlessFips(s_instance);

    /// <summary>
    /// True when the native accelerator was found beside the program, runs on this processor and has passed its self-test.
    /// </summary>
    public static bool IsNativeSupported => s_native.Value is not null;

    /// <summary>The same over the native accelerator.</summary>
    /// <exception cref="PlatformNotSupportedException"><see cref="IsNativeSupported"/> is false, or FIPS mode forbids it.</exception>
    public static HardwareCryptoProvider NativeInstance =>
        CryptoProviders.UnlessFips(s_native) ?? throw new PlatformNotSupportedException("The native accelerator is not here, does not run here, or failed its self-test.");

    /// <inheritdoc/>
    public override string Name => _name;

    /// <inheritdoc/>
    public override IReadOnlyList<CipherSuite> CipherSuites => _inner.CipherSuites;

    /// <inheritdoc/>
    public override IReadOnlyList<CipherSuite> CipherSuitesByChoice => _inner.CipherSuitesByChoice;

    /// <inheritdoc/>
    public override IReadOnlyList<NamedGroup> Groups => _inner.Groups;

    /// <inheritdoc/>
    public override IReadOnlyList<SignatureScheme> SignatureSchemes => _inner.SignatureSchemes;

    /// <summary>Whether this is a processor family that the kernels have been run on: only such a one is the default.</summary>
    internal static bool IsTried => IsKernelSupported(GcmKernelKind.X64Wide) || IsKernelSupported(GcmKernelKind.X64Narrow);

    private static GcmKernelKind BestKernel =>
        WideGcmKernel<Aes128Key>.IsSupported ? GcmKernelKind.X64Wide
        : X64Instructions.IsSupported ? GcmKernelKind.X64Narrow
        : GcmKernelKind.Arm64;

    /// <summary>
    /// Runs the known answers of every primitive and compares records with the other provider's, as was done before
    /// <see cref="Instance"/> was first given out. What runs here is compiled here, so that no record waits for it.
    /// </summary>
    /// <exception cref="CryptographicException">An answer was missed; the message names provider and primitive.</exception>
    public void SelfTest()
    {
        CryptoSelfTest.Run(this);
        CryptoSelfTest.Compare(this, _inner);
    }

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
    public override KeyExchange CreateKeyExchangeResponse(NamedGroup group) => _inner.CreateKeyExchangeResponse(group);

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
        CryptoProviders.RefuseUnderFips();
        if (!IsKernelSupported(kernel))
            throw new PlatformNotSupportedException($"The kernel {kernel} needs instructions or a library that are not here.");
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

    private static HardwareCryptoProvider? TryCreateNative()
    {
        if (CryptoProviders.IsFipsRequired || !IsKernelSupported(GcmKernelKind.Native))
            return null;
        try
        {
            return Create(GcmKernelKind.Native);
        }
        catch (CryptographicException)
        {
            return null; // an accelerator that computes wrong is no better than none
        }
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
