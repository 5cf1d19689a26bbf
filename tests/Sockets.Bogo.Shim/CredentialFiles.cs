using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Bogo.Shim;

/// <summary>Reads the runner's PEM files.</summary>
internal static class CredentialFiles
{
    /// <exception cref="UnimplementedException">The key or a scheme is of a kind the library lacks.</exception>
    public static DtlsCredential Load(CryptoProvider crypto, CredentialOptions options)
    {
        if (options.CertificateFile is null || options.KeyFile is null)
            throw new UnimplementedException("a credential without a certificate or a key");
        DtlsSigner signer;
        try
        {
            signer = crypto.ImportPrivateKey(Read(options.KeyFile, "PRIVATE KEY")[0].Span);
        }
        catch (CryptographicException)
        {
            throw new UnimplementedException("a private key of this kind");
        }

        var credential = new DtlsCredential(Read(options.CertificateFile, "CERTIFICATE"), signer) { MustMatchIssuer = options.MustMatchIssuer };
        if (options.SigningPreferences.Count == 0)
            return credential;

        var schemes = new List<SignatureScheme>();
        foreach (ushort codePoint in options.SigningPreferences)
        {
            var scheme = (SignatureScheme)codePoint;
            schemes.Add(Enum.IsDefined(scheme) ? scheme : throw new UnimplementedException($"signature scheme 0x{codePoint:x4}"));
        }

        return new DtlsCredential(credential.CertificateChain, signer) { MustMatchIssuer = options.MustMatchIssuer, SignatureSchemes = schemes };
    }

    private static List<ReadOnlyMemory<byte>> Read(string file, string label)
    {
        var blocks = new List<ReadOnlyMemory<byte>>();
        ReadOnlySpan<char> text = File.ReadAllText(file);
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            if (text[fields.Label].SequenceEqual(label))
                blocks.Add(Convert.FromBase64String(text[fields.Base64Data].ToString()));
            text = text[fields.Location.End..];
        }

        return blocks.Count > 0 ? blocks : throw new ArgumentException($"{file}: no PEM block \"{label}\".");
    }
}
