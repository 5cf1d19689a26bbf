using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Certificates;

namespace Sockets;

/// <summary>
/// How a peer's certificate is judged: by exactly one of the ways below. The type is closed, so nothing can be combined
/// into less than one of them.
/// </summary>
public abstract class PeerTrust
{
    private protected PeerTrust()
    {
    }

    /// <summary>Chain and name, with the roots this system trusts.</summary>
    public static PeerTrust SystemRoots { get; } = new ChainTrust(null);

    /// <summary>
    /// Anything at all, so that whoever sits on the path can read and change everything. For experiments only.
    /// </summary>
    public static PeerTrust DangerousAcceptAnyCertificate { get; } = new AnyCertificateTrust();

    /// <summary>Chain and name, with these roots and no others.</summary>
    public static PeerTrust Anchors(X509Certificate2Collection anchors)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        if (anchors.Count == 0)
            throw new ArgumentException("At least one trust anchor is needed.", nameof(anchors));
        return new ChainTrust(new X509Certificate2Collection(anchors));
    }

    /// <summary>
    /// The certificate itself: one whose SHA-256 fingerprint is given. Its name, issuer and dates do not matter (the way
    /// of WebRTC).
    /// </summary>
    /// <param name="fingerprints">SHA-256 of the certificate's DER form, 32 bytes each.</param>
    public static PeerTrust CertificateFingerprints(params IEnumerable<ReadOnlyMemory<byte>> fingerprints) => new FingerprintTrust(CopyPins(fingerprints));

    /// <summary>
    /// The key: one whose subject public key info has the given SHA-256. Survives a renewed certificate with the same key. Give
    /// a second one, of a key kept in a safe place: with one alone, a lost key locks everybody out.
    /// </summary>
    /// <param name="hashes">SHA-256 of the subject public key info's DER form, 32 bytes each.</param>
    public static PeerTrust PublicKeyHashes(params IEnumerable<ReadOnlyMemory<byte>> hashes) => new PublicKeyTrust(CopyPins(hashes));

    /// <summary>
    /// The same, and one of these keys too: the chain may only hold a certificate whose subject public key info has one of the
    /// given SHA-256 values (RFC 7469 speaks of pins). Two at least: the key in use, and a backup in a safe place, since with one
    /// pin a lost key locks everybody out. Added once more, another set is one more demand.
    /// </summary>
    /// <param name="hashes">SHA-256 of the subject public key info's DER form, 32 bytes each, of keys of the server or its issuers.</param>
    /// <exception cref="InvalidOperationException">This trust does not look at a chain, so there is nothing to add pins to.</exception>
    public PeerTrust WithPins(params IEnumerable<ReadOnlyMemory<byte>> hashes)
    {
        byte[][] pins = CopyPins(hashes);
        if (this is not ChainTrust chain)
            throw new InvalidOperationException("Pins are added to a chain: to SystemRoots or Anchors.");
        for (int i = 1; i < pins.Length; i++)
        {
            if (!pins[i].AsSpan().SequenceEqual(pins[0]))
                return chain.Pinned(pins);
        }

        throw new ArgumentException("A set of pins needs a backup: two different ones at least.", nameof(hashes));
    }

    /// <summary>Whether the name of the peer is part of the judgement.</summary>
    internal virtual bool NeedsName => false;

    /// <summary>Whether its judgement is worth being remembered. A pin is compared as fast as it is looked up.</summary>
    internal virtual bool IsRemembered => false;

    /// <summary>Equal for two that judge alike.</summary>
    internal abstract string Identity { get; }

    /// <summary>Appends what is wrong with the certificate; nothing when it is trusted.</summary>
    internal abstract void Judge(PeerCertificateContext context, List<CertificateFinding> findings);

    /// <summary>Whether it knows who has issued a certificate, so that it can judge an OCSP response.</summary>
    internal virtual bool JudgesOcspResponses => false;

    /// <summary>Whether it can judge a key without a certificate (RFC 7250).</summary>
    internal virtual bool JudgesBareKeys => false;

    /// <summary>
    /// As <see cref="Judge"/>, for a bare key in DER. There is no issuer to ask and no name to compare: only who was told of the key
    /// can say that it is the right one.
    /// </summary>
    internal virtual void JudgeKey(ReadOnlySpan<byte> subjectPublicKeyInfo, List<CertificateFinding> findings) =>
        findings.Add(new CertificateFinding(CertificateProblem.UntrustedRoot, "it is a bare key, which only PeerTrust.PublicKeyHashes can tell to be the right one"));

    /// <summary>For <see cref="Identity"/>: the values in a fixed order.</summary>
    private protected static string Fingerprint(IEnumerable<byte[]> values) =>
        string.Join(',', values.Select(Convert.ToHexStringLower).Order(StringComparer.Ordinal));

    private static byte[][] CopyPins(IEnumerable<ReadOnlyMemory<byte>> pins)
    {
        ArgumentNullException.ThrowIfNull(pins);
        var copies = new List<byte[]>();
        foreach (ReadOnlyMemory<byte> pin in pins)
        {
            if (pin.Length != SHA256.HashSizeInBytes)
                throw new ArgumentException($"A pin is a SHA-256 value of 32 bytes, not of {pin.Length}.", nameof(pins));
            copies.Add(pin.ToArray());
        }

        if (copies.Count == 0)
            throw new ArgumentException("At least one pin is needed.", nameof(pins));
        return [.. copies];
    }
}
