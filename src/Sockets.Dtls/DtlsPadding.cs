using System;

namespace Sockets.Dtls;

/// <summary>
/// How much protected records are padded, so that their length tells less (RFC 8446 §5.4). It never makes a record larger than
/// the datagram, nor than the peer's record_size_limit allows. Records of the handshake are not padded.
/// </summary>
public readonly record struct DtlsPadding
{
    private readonly int _step;

    private DtlsPadding(int step) => _step = step;

    /// <summary>Nothing is added.</summary>
    public static DtlsPadding None => default;

    /// <summary>Every record is as large as the datagram and the peer allow.</summary>
    public static DtlsPadding ToMaximum => new(int.MaxValue);

    /// <summary>The content of a record and its type together have a multiple of so many bytes.</summary>
    /// <param name="bytes">2 to 16384.</param>
    public static DtlsPadding ToMultipleOf(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, 1 << 14);
        return new DtlsPadding(bytes);
    }

    /// <inheritdoc/>
    public override string ToString() => _step switch
    {
        0 => "none",
        int.MaxValue => "to the maximum",
        _ => $"to a multiple of {_step}",
    };

    /// <summary>Bytes of padding.</summary>
    /// <param name="length">Content and content type.</param>
    /// <param name="maximum">What they may be with their padding.</param>
    internal int For(int length, int maximum)
    {
        if (_step == 0 || maximum <= length)
            return 0;
        int excess = _step == int.MaxValue ? int.MaxValue : (_step - (length % _step)) % _step;
        return Math.Min(excess, maximum - length);
    }
}
