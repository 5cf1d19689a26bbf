using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Sockets.Dtls;

namespace Sockets.Connections.Dtls;

/// <summary>
/// A datagram on its way to another node: version, where it came from, where it arrived, the datagram, and the first 16 bytes of an
/// HMAC-SHA256 over all of it. Nothing is read before that is right. Reading and writing may go on at the same time, one of each.
/// </summary>
internal sealed class ForwardingFrame : IDisposable
{
    public const int KeyLength = 32;

    /// <summary>Longer ones are not forwarded.</summary>
    public const int MaxDatagram = 65_507 - HeaderLength - TagLength;

    public const int MaxLength = HeaderLength + MaxDatagram + TagLength;

    private const byte Version = 1;
    private const int AddressLength = 16 + sizeof(uint) + sizeof(ushort) + 1;
    private const int HeaderLength = 1 + (2 * AddressLength);
    private const int TagLength = 16;
    private const byte IPv4 = 4;
    private const byte IPv6 = 6;

    private readonly byte[] _key = GC.AllocateArray<byte>(KeyLength, pinned: true);

    public ForwardingFrame(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
            throw new ArgumentException($"The key has {key.Length} bytes; it must have {KeyLength}.", nameof(key));
        key.CopyTo(_key);
    }

    /// <returns>Bytes written.</returns>
    public int Write(in DtlsPath path, ReadOnlySpan<byte> datagram, Span<byte> destination)
    {
        destination[0] = Version;
        WriteAddress(path.Remote, destination[1..]);
        WriteAddress(path.Local, destination[(1 + AddressLength)..]);
        datagram.CopyTo(destination[HeaderLength..]);
        int length = HeaderLength + datagram.Length;
        ComputeTag(destination[..length], destination.Slice(length, TagLength));
        return length + TagLength;
    }

    public bool TryRead(ReadOnlySpan<byte> frame, out DtlsPath path, out ReadOnlySpan<byte> datagram)
    {
        path = default;
        datagram = default;
        if (frame.Length < HeaderLength + TagLength || frame[0] != Version)
            return false;
        Span<byte> tag = stackalloc byte[TagLength];
        ComputeTag(frame[..^TagLength], tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, frame[^TagLength..]))
            return false;
        if (!TryReadAddress(frame[1..], out DtlsAddress remote) || !TryReadAddress(frame[(1 + AddressLength)..], out DtlsAddress local))
            return false;
        path = new DtlsPath(remote, local);
        datagram = frame[HeaderLength..^TagLength];
        return true;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private void ComputeTag(ReadOnlySpan<byte> content, Span<byte> tag)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, content, hash);
        hash[..TagLength].CopyTo(tag);
    }

    /// <summary>Family, address, scope and port; zeros where there is none.</summary>
    private static void WriteAddress(in DtlsAddress address, Span<byte> destination)
    {
        destination[..AddressLength].Clear();
        if (!address.IsSpecified)
            return;
        Span<byte> canonical = stackalloc byte[DtlsAddress.EncodedLength];
        address.CopyTo(canonical);
        destination[0] = address.IsIPv6 ? IPv6 : IPv4;
        canonical[..(16 + sizeof(uint))].CopyTo(destination[1..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(AddressLength - sizeof(ushort))..], (ushort)address.Port);
    }

    private static bool TryReadAddress(ReadOnlySpan<byte> source, out DtlsAddress address)
    {
        int port = BinaryPrimitives.ReadUInt16BigEndian(source[(AddressLength - sizeof(ushort))..]);
        ReadOnlySpan<byte> bytes = source.Slice(1, 16);
        uint scope = BinaryPrimitives.ReadUInt32BigEndian(source[17..]);
        address = source[0] switch
        {
            IPv4 => DtlsAddress.FromIPv4(bytes[12..], port),
            IPv6 => DtlsAddress.FromIPv6(bytes, port, scope),
            _ => default,
        };
        return source[0] is 0 or IPv4 or IPv6;
    }
}
