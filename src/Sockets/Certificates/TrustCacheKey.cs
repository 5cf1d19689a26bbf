using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Security.Cryptography;

namespace Sockets.Certificates;

/// <summary>The SHA-256 of everything that a judgement depends on.</summary>
internal readonly record struct TrustCacheKey(UInt128 First, UInt128 Second)
{
    private const int MostOnStack = 4096;

    /// <summary>The key of one chain.</summary>
    /// <param name="policy">From <see cref="TrustPolicy.Hash"/>.</param>
    /// <param name="chain">All the peer sent, leaf first, in DER.</param>
    public static TrustCacheKey Create(ReadOnlySpan<byte> policy, IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        int length = policy.Length;
        for (int i = 0; i < chain.Count; i++)
            length += sizeof(int) + chain[i].Length;
        byte[]? rented = length > MostOnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> input = rented ?? stackalloc byte[MostOnStack];
        policy.CopyTo(input);
        int written = policy.Length;
        for (int i = 0; i < chain.Count; i++)
        {
            ReadOnlySpan<byte> certificate = chain[i].Span;
            BinaryPrimitives.WriteInt32LittleEndian(input[written..], certificate.Length);
            certificate.CopyTo(input[(written + sizeof(int))..]);
            written += sizeof(int) + certificate.Length;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..written], hash);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return new TrustCacheKey(BinaryPrimitives.ReadUInt128LittleEndian(hash), BinaryPrimitives.ReadUInt128LittleEndian(hash[16..]));
    }
}
