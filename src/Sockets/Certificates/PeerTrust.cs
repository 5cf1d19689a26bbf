using System;
using System.Collections.Generic;
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

    /// <summary>The key: one whose subject public key info has the given SHA-256. Survives a renewed certificate with the same key.</summary>
    /// <param name="hashes">SHA-256 of the subject public key info's DER form, 32 bytes each.</param>
    public static PeerTrust PublicKeyHashes(params IEnumerable<ReadOnlyMemory<byte>> hashes) => new PublicKeyTrust(CopyPins(hashes));

    /// <summary>Appends what is wrong with the certificate; nothing when it is trusted.</summary>
    internal abstract void Judge(PeerCertificateContext context, List<CertificateFinding> findings);

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
