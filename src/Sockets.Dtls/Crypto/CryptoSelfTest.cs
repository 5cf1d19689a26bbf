using System;
using System.Collections.Generic;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto;

/// <summary>
/// The power-on self-test of a provider: every suite, group and hash that it lists has to give the known answers.
/// </summary>
internal static class CryptoSelfTest
{
    /// <summary>Runs all known answers.</summary>
    /// <exception cref="CryptographicException">One was missed; the message names provider and primitive.</exception>
    public static void Run(CryptoProvider provider)
    {
        foreach (KnownAnswers.Record answer in KnownAnswers.Records)
        {
            if (Lists(provider.CipherSuites, answer.Suite) || Lists(provider.CipherSuitesByChoice, answer.Suite))
                Check(provider, answer.Suite.ToString(), () => Passes(provider, answer));
        }

        foreach (KnownAnswers.Hash answer in KnownAnswers.Hashes)
            Check(provider, answer.Kind.ToString(), () => Passes(provider, answer));
        Check(provider, "HKDF", () => PassesHkdf(provider));

        foreach (KnownAnswers.Agreement answer in KnownAnswers.Agreements)
        {
            if (Lists(provider.Groups, answer.Group))
                Check(provider, answer.Group.ToString(), () => Passes(provider, answer));
        }

        if (Lists(provider.Groups, NamedGroup.X25519MLKEM768))
            Check(provider, nameof(NamedGroup.X25519MLKEM768), () => PassesHybrid(provider));
    }

    /// <summary>Compares the AES-GCM records of two providers at lengths on both sides of everything that changes with it.</summary>
    /// <exception cref="CryptographicException">They differ; the message names the first provider and the suite.</exception>
    public static void Compare(CryptoProvider provider, CryptoProvider reference)
    {
        foreach (CipherSuite suite in (ReadOnlySpan<CipherSuite>)[CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384])
            Check(provider, $"{suite} against {reference.Name}", () => SealAlike(provider, reference, suite));
    }

    private static bool SealAlike(CryptoProvider provider, CryptoProvider reference, CipherSuite suite)
    {
        const int Step = 13;
        const int LongStep = 1900;
        const int Dense = 1200;
        const int Longest = 5200;
        const int HeaderLength = 5;
        byte[] content = new byte[Longest];
        for (int i = 0; i < content.Length; i++)
            content[i] = (byte)(i * 7);
        byte[] key = content.AsSpan(1, CipherSuites.KeyLength(suite)).ToArray();
        using RecordCipher tested = provider.CreateRecordCipher(suite, key, content.AsSpan(0, CipherSuites.NonceLength), key);
        using RecordCipher trusted = reference.CreateRecordCipher(suite, key, content.AsSpan(0, CipherSuites.NonceLength), key);
        var layout = new RecordHeaderLayout(HeaderLength, 1, 2);
        byte[] actual = new byte[HeaderLength + Longest + 1 + CipherSuites.TagLength];
        byte[] expected = new byte[actual.Length];
        for (int length = 0; length <= Longest; length += length < Dense ? Step : LongStep)
        {
            int total = HeaderLength + length + 1 + CipherSuites.TagLength;
            content.AsSpan(0, HeaderLength).CopyTo(actual);
            content.AsSpan(0, HeaderLength).CopyTo(expected);
            tested.Seal((ulong)length, layout, content.AsSpan(0, length), 23, actual.AsSpan(0, total));
            trusted.Seal((ulong)length, layout, content.AsSpan(0, length), 23, expected.AsSpan(0, total));
            Span<byte> body = actual.AsSpan(HeaderLength, total - HeaderLength);
            if (!actual.AsSpan(0, total).SequenceEqual(expected.AsSpan(0, total))
                || !tested.TryOpen((ulong)length, content.AsSpan(0, HeaderLength), body)
                || !body[..length].SequenceEqual(content.AsSpan(0, length))
                || body[length] != 23)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Lists<T>(IReadOnlyList<T> list, T item)
    {
        foreach (T candidate in list)
        {
            if (EqualityComparer<T>.Default.Equals(candidate, item))
                return true;
        }

        return false;
    }

    private static void Check(CryptoProvider provider, string primitive, Func<bool> test)
    {
        bool passed;
        Exception? cause = null;
        try
        {
            passed = test();
        }
        catch (Exception exception)
        {
            passed = false;
            cause = exception;
        }

        if (!passed)
            throw new CryptographicException($"The crypto provider {provider.Name} failed its self-test of {primitive}.", cause);
    }

    private static bool Passes(CryptoProvider provider, KnownAnswers.Record answer)
    {
        byte[] nonce = Convert.FromHexString(answer.Nonce);
        byte[] header = Convert.FromHexString(answer.Header);
        byte[] inner = Convert.FromHexString(answer.Inner);
        byte[] ciphertext = Convert.FromHexString(answer.Sealed);
        byte[] numberKey = Convert.FromHexString(answer.NumberKey);

        // The nonce of the vector is the static IV combined with a sequence number: any number will do.
        const ulong Sequence = 0x0000_1234_5678_9ABC;
        byte[] iv = (byte[])nonce.Clone();
        for (int i = 0; i < sizeof(ulong); i++)
            iv[^(i + 1)] ^= (byte)(Sequence >> (8 * i));

        using RecordCipher cipher =
            provider.CreateRecordCipher(answer.Suite, Convert.FromHexString(answer.Key), iv, numberKey);
        byte[] mask = new byte[2];
        cipher.ComputeMask(Convert.FromHexString(answer.Sample), mask);
        if (!mask.AsSpan().SequenceEqual(Convert.FromHexString(answer.Mask)))
            return false;

        byte[] record = new byte[header.Length + ciphertext.Length];
        header.CopyTo(record, 0);
        cipher.Seal(Sequence, new RecordHeaderLayout(header.Length, 1, 2), inner.AsSpan(..^1), inner[^1], record);
        cipher.ComputeMask(record.AsSpan(header.Length, 16), mask);
        record[1] ^= mask[0];
        record[2] ^= mask[1];
        Span<byte> body = record.AsSpan(header.Length);
        if (!record.AsSpan(0, header.Length).SequenceEqual(header) || !body.SequenceEqual(ciphertext))
            return false;

        ciphertext[0] ^= 1;
        return cipher.TryOpen(Sequence, header, body)
            && body[..inner.Length].SequenceEqual(inner)
            && !cipher.TryOpen(Sequence, header, ciphertext)
            && !ciphertext.AsSpan(0, inner.Length).ContainsAnyExcept((byte)0);
    }

    private static bool Passes(CryptoProvider provider, KnownAnswers.Hash answer)
    {
        using TranscriptHash hash = provider.CreateTranscriptHash(answer.Kind);
        byte[] result = new byte[hash.Length];
        hash.Append("ab"u8);
        hash.GetCurrent(result);
        hash.Append("c"u8);
        hash.GetCurrent(result);
        if (!result.AsSpan().SequenceEqual(Convert.FromHexString(answer.OfAbc)))
            return false;

        provider.Hmac(
            answer.Kind, Convert.FromHexString(KnownAnswers.MacKey), Convert.FromHexString(KnownAnswers.MacData), result);
        return result.AsSpan().SequenceEqual(Convert.FromHexString(answer.Mac));
    }

    private static bool PassesHkdf(CryptoProvider provider)
    {
        byte[] key = new byte[32];
        provider.HkdfExtract(
            HashKind.Sha256, Convert.FromHexString(KnownAnswers.HkdfSalt), Convert.FromHexString(KnownAnswers.HkdfInput), key);
        byte[] expected = Convert.FromHexString(KnownAnswers.HkdfOutput);
        byte[] output = new byte[expected.Length];
        provider.HkdfExpand(HashKind.Sha256, key, Convert.FromHexString(KnownAnswers.HkdfInfo), output);
        return key.AsSpan().SequenceEqual(Convert.FromHexString(KnownAnswers.HkdfKey)) && output.AsSpan().SequenceEqual(expected);
    }

    private static bool Passes(CryptoProvider provider, KnownAnswers.Agreement answer)
    {
        if (provider is IKnownKeyExchange known)
        {
            using KeyExchange a = known.ImportKeyExchange(answer.Group, Convert.FromHexString(answer.PrivateA));
            using KeyExchange b = known.ImportKeyExchange(answer.Group, Convert.FromHexString(answer.PrivateB));
            byte[] secret = Convert.FromHexString(answer.Secret);
            return a.PublicKey.SequenceEqual(Convert.FromHexString(answer.PublicA))
                && b.PublicKey.SequenceEqual(Convert.FromHexString(answer.PublicB))
                && Agrees(a, b.PublicKey, secret)
                && Agrees(b, a.PublicKey, secret)
                && AgreesWithFresh(provider, a);
        }

        using KeyExchange fresh = provider.CreateKeyExchange(answer.Group);
        return AgreesWithFresh(provider, fresh);
    }

    private static bool PassesHybrid(CryptoProvider provider)
    {
        KnownAnswers.Agreement answer = KnownAnswers.Hybrid;
        using KeyExchange client = provider is IKnownKeyExchange known
            ? known.ImportKeyExchange(answer.Group, Convert.FromHexString(answer.PrivateA))
            : provider.CreateKeyExchange(answer.Group);
        if (provider is IKnownKeyExchange)
        {
            byte[] digest = new byte[32];
            using TranscriptHash hash = provider.CreateTranscriptHash(HashKind.Sha256);
            hash.Append(client.PublicKey);
            hash.GetCurrent(digest);
            if (!digest.AsSpan().SequenceEqual(Convert.FromHexString(answer.PublicA))
                || !Agrees(client, Convert.FromHexString(answer.PublicB), Convert.FromHexString(answer.Secret)))
            {
                return false;
            }
        }

        using KeyExchange server = provider.CreateKeyExchangeResponse(answer.Group);
        byte[] secret = new byte[server.SecretLength];
        return server.TryDeriveSecret(client.PublicKey, secret) && Agrees(client, server.PublicKey, secret);
    }

    private static bool AgreesWithFresh(CryptoProvider provider, KeyExchange other)
    {
        using KeyExchange fresh = provider.CreateKeyExchange(other.Group);
        byte[] secret = new byte[fresh.SecretLength];
        return !fresh.PublicKey.SequenceEqual(other.PublicKey)
            && fresh.TryDeriveSecret(other.PublicKey, secret)
            && Agrees(other, fresh.PublicKey, secret);
    }

    private static bool Agrees(KeyExchange own, ReadOnlySpan<byte> peer, ReadOnlySpan<byte> expected)
    {
        Span<byte> secret = stackalloc byte[64];
        secret = secret[..own.SecretLength];
        return own.TryDeriveSecret(peer, secret) && secret.SequenceEqual(expected);
    }
}
