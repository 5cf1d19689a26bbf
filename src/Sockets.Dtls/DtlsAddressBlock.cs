using System;
using System.Buffers.Binary;

namespace Sockets.Dtls;

/// <summary>
/// What limits count as one address: an IPv4 address, also where a dual-stack socket shows it as IPv6, or the first 64 bits of
/// an IPv6 address, since whoever has one of those addresses has all of them.
/// </summary>
internal readonly record struct DtlsAddressBlock
{
    private readonly ulong _prefix;
    private readonly uint _scope;
    private readonly bool _isIPv6;

    public DtlsAddressBlock(in DtlsAddress address)
    {
        Span<byte> canonical = stackalloc byte[DtlsAddress.EncodedLength];
        address.CopyTo(canonical);
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(canonical);
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(canonical[8..]);
        bool isMapped = high == 0 && low >> 32 == 0xFFFF; // ::ffff:0:0/96 (RFC 4291 §2.5.5.2): all of IPv4, and one block of 64 bits
        _isIPv6 = address.IsIPv6 && !isMapped;
        _prefix = _isIPv6 ? high : (uint)low;
        _scope = _isIPv6 ? BinaryPrimitives.ReadUInt32BigEndian(canonical[16..]) : 0;
    }

    public bool Equals(DtlsAddressBlock other) => _prefix == other._prefix && _scope == other._scope && _isIPv6 == other._isIPv6;

    public override int GetHashCode() => HashCode.Combine(_prefix, _scope, _isIPv6);
}
