using System;
using System.Text;

namespace Sockets.Dtls;

/// <summary>An ALPN protocol name (RFC 7301): 1 to 255 bytes.</summary>
public readonly struct DtlsApplicationProtocol : IEquatable<DtlsApplicationProtocol>
{
    private readonly byte[]? _name;

    /// <summary>Takes the name's bytes.</summary>
    public DtlsApplicationProtocol(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Length > 255)
            throw new ArgumentException("An ALPN protocol name has 1 to 255 bytes.", nameof(name));
        _name = name.ToArray();
    }

    /// <summary>Takes the name as text, encoded as UTF-8.</summary>
    public DtlsApplicationProtocol(string name)
        : this(Encoding.UTF8.GetBytes(name))
    {
    }

    /// <summary>The name's bytes; empty for the default value.</summary>
    public ReadOnlySpan<byte> Name => _name;

    /// <summary>Whether no protocol was negotiated.</summary>
    public bool IsEmpty => _name is null;

    /// <inheritdoc/>
    public bool Equals(DtlsApplicationProtocol other) => Name.SequenceEqual(other.Name);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DtlsApplicationProtocol other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Name);
        return hash.ToHashCode();
    }

    /// <summary>The name as text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Name);

    /// <summary>Equality of names.</summary>
    public static bool operator ==(DtlsApplicationProtocol left, DtlsApplicationProtocol right) => left.Equals(right);

    /// <summary>Inequality of names.</summary>
    public static bool operator !=(DtlsApplicationProtocol left, DtlsApplicationProtocol right) => !left.Equals(right);
}
