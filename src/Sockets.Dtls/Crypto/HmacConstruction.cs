using System;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto;

/// <summary>
/// HMAC (RFC 2104) and HKDF-Expand (RFC 5869 §2.3) over one kept hash context. Making a MAC context costs more than
/// the MAC, and a handshake needs about fifty. Not thread-safe: a provider keeps one for each thread and hash.
/// </summary>
internal abstract class HmacConstruction
{
    private const int MaxBlockLength = 128;
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5C;

    private readonly int _hashLength;
    private readonly int _blockLength;

    /// <summary>For a hash that the derived class keeps ready to be appended to.</summary>
    protected HmacConstruction(HashKind hash)
    {
        _hashLength = CipherSuites.HashLength(hash);
        _blockLength = hash == HashKind.Sha384 ? 128 : 64;
    }

    /// <summary>HMAC of <paramref name="data"/> into exactly the hash length.</summary>
    public void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (destination.Length != _hashLength)
            throw new ArgumentException("The destination takes exactly the hash length.", nameof(destination));

        Span<byte> padded = stackalloc byte[MaxBlockLength];
        padded = padded[.._blockLength];
        SetKey(key, padded);
        Mac(padded, data, default, default, destination);
        CryptographicOperations.ZeroMemory(padded);
    }

    /// <summary>HKDF-Expand.</summary>
    public void Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, 255 * _hashLength, nameof(destination));
        Span<byte> padded = stackalloc byte[MaxBlockLength];
        Span<byte> block = stackalloc byte[CipherSuites.MaxHashLength];
        Span<byte> counter = [0];
        padded = padded[.._blockLength];
        block = block[.._hashLength];
        SetKey(key, padded);

        int previous = 0;
        while (!destination.IsEmpty)
        {
            counter[0]++;
            Mac(padded, block[..previous], info, counter, block);
            previous = _hashLength;
            int take = Math.Min(destination.Length, _hashLength);
            block[..take].CopyTo(destination);
            destination = destination[take..];
        }

        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(padded);
    }

    /// <summary>Adds to the hash.</summary>
    protected abstract void Append(ReadOnlySpan<byte> data);

    /// <summary>Ends the hash and starts a new one, so that nothing of the input stays in the context.</summary>
    /// <param name="destination">Exactly the hash length.</param>
    protected abstract void FinishAndReset(Span<byte> destination);

    private static void Flip(Span<byte> padded, byte pad)
    {
        // A block has 64 or 128 bytes.
        foreach (ref Vector128<byte> part in MemoryMarshal.Cast<byte, Vector128<byte>>(padded))
            part ^= Vector128.Create(pad);
    }

    /// <summary>The key, hashed if longer than a block, zero filled, combined with the inner pad.</summary>
    private void SetKey(ReadOnlySpan<byte> key, Span<byte> padded)
    {
        padded.Clear();
        if (key.Length > _blockLength)
        {
            Append(key);
            FinishAndReset(padded[.._hashLength]);
        }
        else
        {
            key.CopyTo(padded);
        }

        Flip(padded, InnerPad);
    }

    /// <summary>One HMAC over three parts. The padded key is left as it came; the output may be one of the parts.</summary>
    private void Mac(
        Span<byte> padded, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, Span<byte> destination)
    {
        Append(padded);
        Append(first);
        Append(second);
        Append(third);
        FinishAndReset(destination);

        Flip(padded, InnerPad ^ OuterPad);
        Append(padded);
        Append(destination);
        FinishAndReset(destination);
        Flip(padded, InnerPad ^ OuterPad);
    }
}
