using System;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>
/// Which connection a datagram belongs to, and two connections on one path: a client that restarts on the same address
/// and port gets a new handshake beside the old connection, which lives until the new one is done (RFC 9147 §5.11).
/// </content>
public sealed partial class DtlsEndpoint
{
    private byte[]? _trialBuffer;

    /// <summary>
    /// The route that was found last, of a connection that is still there: a datagram mostly comes from where the one before
    /// came from, and looking it up takes as long as sealing 64 bytes.
    /// </summary>
    private Route _lastRoute;

    private bool TryFindRoute(in DtlsPath path, out Route route)
    {
        if (_lastRoute.Connection is { } last && last.Path == path)
        {
            route = _lastRoute;
            return true;
        }

        if (!_routes.TryGetValue(path, out route))
            return false;
        _lastRoute = route;
        return true;
    }

    private void SetRoute(in DtlsPath path, in Route route)
    {
        _lastRoute = default;
        _routes[path] = route;
    }

    private void RemoveRoute(in DtlsPath path)
    {
        _lastRoute = default;
        _routes.Remove(path);
    }

    /// <summary>Whether (the rest of) a datagram begins with a plaintext handshake record whose first fragment is of a ClientHello.</summary>
    private static bool IsClientHelloRecord(ReadOnlySpan<byte> datagram, out ulong sequence, out ReadOnlySpan<byte> fragments, out ReadOnlySpan<byte> rest)
    {
        sequence = 0;
        fragments = rest = default;
        if (datagram.IsEmpty || datagram[0] != (byte)ContentType.Handshake
            || !PlaintextHeader.TryRead(datagram, out PlaintextHeader header)
            || header.Epoch != 0
            || header.ContentLength > datagram.Length - PlaintextHeader.Length
            || header.ContentLength <= FragmentHeader.Length
            || datagram[PlaintextHeader.Length] != (byte)HandshakeType.ClientHello)
        {
            return false;
        }

        sequence = header.Sequence;
        fragments = datagram.Slice(PlaintextHeader.Length, header.ContentLength);
        rest = datagram[(PlaintextHeader.Length + header.ContentLength)..];
        return true;
    }

    /// <summary>
    /// Whether a ClientHello is one that a connection on the path knows: a retransmission, told by the client's random.
    /// Fragments without the random go to the connection that waits for a second ClientHello.
    /// </summary>
    private static bool BelongsTo(in Route route, ReadOnlySpan<byte> fragments)
    {
        if (route.Connection is null)
            return false;
        if (route.Connection.Role == DtlsRole.Client)
            return true; // it will refuse it
        FragmentHeader.TryRead(fragments, out FragmentHeader header);
        ReadOnlySpan<byte> body = fragments[FragmentHeader.Length..];
        if (header.Offset == 0 && body.Length >= 34)
        {
            ReadOnlySpan<byte> random = body.Slice(2, 32);
            return random.SequenceEqual(route.Connection.ClientRandom)
                || (route.Successor is { } successor && random.SequenceEqual(successor.ClientRandom));
        }

        // The answer to a HelloRetryRequest without a cookie, in fragments.
        return header.MessageSequence == 1 && (route.Successor ?? route.Connection).State == DtlsState.WaitSecondClientHello;
    }

    /// <summary>
    /// Gives a datagram to the new connection and, when that accepted nothing of it, to the old one. Opening destroys a
    /// datagram, so the first try gets a copy.
    /// </summary>
    private void HandleBeside<TSink>(
        DtlsConnection connection, DtlsConnection successor, in DtlsPath path, Span<byte> datagram, MonotonicTime now, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct
    {
        // Only a handshake has plaintext; what is larger than any datagram is nobody's.
        if (datagram.IsEmpty || datagram.Length > DtlsConfig.LargestDatagram || !UnifiedHeader.IsCiphertext(datagram[0]))
        {
            successor.HandleDatagram(path, datagram, now, ref sink);
            return;
        }

        _trialBuffer ??= GC.AllocateUninitializedArray<byte>(DtlsConfig.LargestDatagram);
        Span<byte> copy = _trialBuffer.AsSpan(0, datagram.Length);
        datagram.CopyTo(copy);
        ulong before = successor.AcceptedRecords;
        successor.HandleDatagram(path, copy, now, ref sink);
        if (successor.AcceptedRecords != before)
            return;
        successor.GiveUpCredit(datagram.Length);
        LastRecipient = connection;
        connection.HandleDatagram(path, datagram, now, ref sink);
    }

    /// <summary>A handshake is done: where it ran beside an older connection, it takes that one's place.</summary>
    private void Promote(DtlsConnection connection)
    {
        if (!_routes.TryGetValue(connection.Path, out Route route) || route.Successor != connection)
            return;
        DtlsConnection old = route.Connection;
        SetRoute(connection.Path, new Route(connection));

        // A client that has moved away is no longer whom this address belongs to, and its connection ID finds it (RFC 9147 §9).
        if (old.IsHeardElsewhere && old.IsConnected)
            _withoutRoute.Add(old);
        else
            old.Replace();
    }

    private void Forget(DtlsConnection connection)
    {
        EndHandshakeCount(connection);
        if (LastRecipient == connection)
            LastRecipient = null;
        if (connection.Owner is null)
            return;
        connection.Owner = null;
        connection.ScheduledTimeout = MonotonicTime.Never;
        ConnectionCount--;
        RetireConnectionIds(connection);
        ForgetOwnPaths(connection);
        _withoutRoute.Remove(connection);
        Leave(connection);
        if (!_routes.TryGetValue(connection.Path, out Route route))
            return;
        if (route.Successor == connection)
            SetRoute(connection.Path, new Route(route.Connection));
        else if (route.Connection == connection && route.Successor is { } successor)
            SetRoute(connection.Path, new Route(successor));
        else if (route.Connection == connection)
            RemoveRoute(connection.Path);
    }

    /// <summary>The connection of a path, and the one that may take its place.</summary>
    private readonly record struct Route(DtlsConnection Connection, DtlsConnection? Successor = null)
    {
        /// <summary>The one that began last.</summary>
        public DtlsConnection? Newest => Successor ?? Connection;
    }
}
