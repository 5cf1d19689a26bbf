using System;
using System.Collections.Generic;
using System.Text;

namespace Sockets;

/// <summary>Type and value from a version 2 header, as they were sent.</summary>
/// <param name="Type">The type; any value is possible.</param>
/// <param name="Value">The bytes.</param>
public readonly record struct SocketProxyTlv(SocketProxyTlvType Type, ReadOnlyMemory<byte> Value)
{
    /// <summary>Equal when type and bytes are.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>True when both are equal.</returns>
    public bool Equals(SocketProxyTlv other) => Type == other.Type && Value.Span.SequenceEqual(other.Value.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Type);
        hash.AddBytes(Value.Span);
        return hash.ToHashCode();
    }

    /// <summary>The value of the first of this type; null when there is none.</summary>
    internal static ReadOnlyMemory<byte>? Find(IReadOnlyList<SocketProxyTlv> all, SocketProxyTlvType type)
    {
        foreach (SocketProxyTlv one in all)
        {
            if (one.Type == type)
                return one.Value;
        }

        return null;
    }

    /// <inheritdoc cref="Find"/>
    internal static string? FindText(IReadOnlyList<SocketProxyTlv> all, SocketProxyTlvType type) =>
        Find(all, type) is { } value ? Encoding.UTF8.GetString(value.Span) : null;
}
