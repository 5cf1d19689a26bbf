using System;

namespace Sockets.Dtls.Crypto;

/// <summary>The little of DER (X.690 §10) that keys and signatures need, strictly.</summary>
internal static class DerReader
{
    /// <summary>Tag of INTEGER.</summary>
    public const byte Integer = 0x02;

    /// <summary>Tag of BIT STRING.</summary>
    public const byte BitString = 0x03;

    /// <summary>Tag of OCTET STRING.</summary>
    public const byte OctetString = 0x04;

    /// <summary>Tag of SEQUENCE.</summary>
    public const byte Sequence = 0x30;

    /// <summary>Takes one DER element of a certain tag.</summary>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> input, byte tag, out ReadOnlySpan<byte> content)
    {
        content = default;
        return !input.IsEmpty && input[0] == tag && TryTakeAny(ref input, out content, out _);
    }

    /// <summary>Takes one DER element with a definite length in its shortest form (X.690 §10.1).</summary>
    /// <param name="input">Loses the element.</param>
    /// <param name="content">What the element holds.</param>
    /// <param name="element">The whole element, tag and length included.</param>
    public static bool TryTakeAny(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> content, out ReadOnlySpan<byte> element)
    {
        const byte highTagNumber = 0x1F;
        content = element = default;
        if (input.Length < 2 || (input[0] & highTagNumber) == highTagNumber)
            return false;

        int length = input[1];
        int header = 2;
        if (length >= 0x80)
        {
            int count = length & 0x7F;
            header += count;
            if (count is 0 or > 3 || input.Length < header || input[2] == 0)
                return false;
            length = 0;
            for (int i = 2; i < header; i++)
                length = (length << 8) | input[i];
            if (length < 0x80)
                return false;
        }

        if (input.Length - header < length)
            return false;
        content = input.Slice(header, length);
        element = input[..(header + length)];
        input = input[(header + length)..];
        return true;
    }

    /// <summary>True for an ECDSA-Sig-Value (RFC 3279 §2.2.3) of two positive integers in their shortest form.</summary>
    public static bool IsEcdsaSignature(ReadOnlySpan<byte> signature) =>
        TryTake(ref signature, Sequence, out ReadOnlySpan<byte> body)
        && signature.IsEmpty
        && TryTakePositive(ref body)
        && TryTakePositive(ref body)
        && body.IsEmpty;

    private static bool TryTakePositive(ref ReadOnlySpan<byte> input)
    {
        if (!TryTake(ref input, Integer, out ReadOnlySpan<byte> value) || value.IsEmpty || value[0] >= 0x80)
            return false;
        return value[0] != 0 || (value.Length > 1 && value[1] >= 0x80);
    }
}
