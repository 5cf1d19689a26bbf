using System;
using System.Net;
using System.Net.Sockets;

namespace Sockets.Platform;

/// <content>Many datagrams with few calls.</content>
internal static partial class DatagramIo
{
    /// <summary>Datagrams in one run at most: what every system takes that takes runs.</summary>
    public const int MaxRunCount = 64;

    /// <summary>Bytes of one run at most: what fits into one IPv4 packet (65535 less both headers).</summary>
    public const int MaxRunLength = 65_507;

    /// <summary>Sends datagrams in order, as many as the system takes now.</summary>
    /// <param name="socket">A non-blocking datagram socket.</param>
    /// <param name="abilities">The socket's.</param>
    /// <param name="data">The datagrams, one behind the other.</param>
    /// <param name="lengths">Their lengths; may be 0.</param>
    /// <param name="routes">Their ways.</param>
    /// <param name="error">Success: all were sent. Else what the system said about the first that was not.</param>
    /// <returns>How many were sent.</returns>
    public static int TrySend(SystemSocket socket, DatagramAbilities abilities, ReadOnlySpan<byte> data, ReadOnlySpan<int> lengths, in DatagramRoutes routes, out SocketError error) => OperatingSystem.IsLinux()
        ? SendByKernel(socket.SafeHandle, socket.AddressFamily == AddressFamily.InterNetworkV6, abilities, data, lengths, routes, out error)
        : SendPortably(socket, data, lengths, routes, out error);

    /// <summary>How many datagrams from the first on make one run, and their bytes: all of one size to one destination, but the last, which may be shorter.</summary>
    internal static int MeasureRun(ReadOnlySpan<int> lengths, int first, int maxSegment, in DatagramRoutes routes, out int bytes)
    {
        int size = lengths[first];
        bytes = size;
        int count = 1;
        if (size == 0 || size > maxSegment)
            return count;
        int end = Math.Min(lengths.Length, first + MaxRunCount);
        for (int i = first + 1; i < end; i++)
        {
            int length = lengths[i];
            if (length == 0 || length > size || bytes + length > MaxRunLength || !routes.AreSame(first, i))
                break;
            bytes += length;
            count++;
            if (length < size)
                break;
        }

        return count;
    }

    internal static int SendPortably(SystemSocket socket, ReadOnlySpan<byte> data, ReadOnlySpan<int> lengths, in DatagramRoutes routes, out SocketError error)
    {
        SocketAddress? destination = routes.NameLength == 0 ? null : new SocketAddress(socket.AddressFamily, routes.NameLength);
        for (int i = 0; i < lengths.Length; i++)
        {
            if (destination is not null)
                routes.Names.Slice(routes.NameOffset(i), routes.NameLength).CopyTo(destination.Buffer.Span);
            error = SendPortably(socket, data[..lengths[i]], destination);
            if (error != SocketError.Success)
                return i;
            data = data[lengths[i]..];
        }

        error = SocketError.Success;
        return lengths.Length;
    }
}
