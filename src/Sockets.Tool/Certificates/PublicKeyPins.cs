using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tool.Certificates;

/// <summary>--pin-key and --client-pin-key: public keys that the peer must have, in a certificate or bare.</summary>
internal static class PublicKeyPins
{
    /// <param name="option">For messages.</param>
    /// <param name="texts">Each the SHA-256 of a subject public key info in hex, or a PEM file with the key or with a certificate that holds it.</param>
    public static PeerTrust Read(string option, IEnumerable<string> texts)
    {
        var hashes = new List<ReadOnlyMemory<byte>>();
        foreach (string text in texts)
            hashes.Add(Fingerprint.TryParse(text) ?? OfFile(option, text));
        return PeerTrust.PublicKeyHashes(hashes);
    }

    private static byte[] OfFile(string option, string path)
    {
        if (!File.Exists(path))
            throw new ToolException($"{option} '{path}' is neither a SHA-256 fingerprint of 64 hexadecimal digits nor a file.");
        ReadOnlySpan<char> text = File.ReadAllText(path);
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            ReadOnlySpan<char> label = text[fields.Label];
            if (label is "PUBLIC KEY")
                return SHA256.HashData(Convert.FromBase64String(text[fields.Base64Data].ToString()));
            if (label is "CERTIFICATE")
            {
                using X509Certificate2 certificate = X509Certificate2.CreateFromPem(text[fields.Location]);
                return SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
            }

            text = text[fields.Location.End..];
        }

        throw new ToolException($"There is neither a PEM public key nor a certificate in {path}.");
    }
}
