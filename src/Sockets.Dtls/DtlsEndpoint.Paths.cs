using System.Collections.Generic;

namespace Sockets.Dtls;

/// <content>Connections that move: their new path is theirs once it was validated, and their old one somebody else's perhaps.</content>
public sealed partial class DtlsEndpoint
{
    // Paths that connections without a connection ID of their own are trying, or have left.
    private readonly Dictionary<DtlsPath, DtlsConnection> _ownPaths = [];

    bool IConnectionOwner.TryAddPath(DtlsConnection connection, in DtlsPath path)
    {
        if (connection.OwnConnectionIds.Count > 0)
            return true; // its datagrams are told by that
        return !_routes.ContainsKey(path) && (_ownPaths.TryAdd(path, connection) || _ownPaths[path] == connection);
    }

    void IConnectionOwner.RemovePath(DtlsConnection connection, in DtlsPath path) => RemoveOwnPath(connection, path);

    void IConnectionOwner.OnPathChanged(DtlsConnection connection, in DtlsPath before)
    {
        LeaveRoute(connection, before);
        RemoveOwnPath(connection, connection.Path);
        if (connection.OwnConnectionIds.Count == 0)
            _ownPaths[before] = connection; // what is still on its way there
        TakeRoute(connection);
        if (connection.CountedAddress.IsSpecified && _admission.TryMove(connection.CountedAddress, connection.Path.Remote))
            connection.CountedAddress = connection.Path.Remote;
    }

    /// <summary>The path becomes that of a handshake that has begun there meanwhile, or nobody's (RFC 9147 §5.11).</summary>
    private void LeaveRoute(DtlsConnection connection, in DtlsPath path)
    {
        if (_withoutRoute.Remove(connection) || !_routes.TryGetValue(path, out Route route))
            return;
        if (route.Successor == connection)
            SetRoute(path, new Route(route.Connection));
        else if (route.Connection != connection)
            return;
        else if (route.Successor is { } successor)
            SetRoute(path, new Route(successor));
        else
            RemoveRoute(path);
    }

    /// <summary>
    /// The connection has just proven that it is there. Whoever was there before has its connection ID to be found by; who has
    /// none keeps the path, since nothing else leads to it.
    /// </summary>
    private void TakeRoute(DtlsConnection connection)
    {
        _routes.TryGetValue(connection.Path, out Route route);
        if (route.Connection is not { } other)
        {
            SetRoute(connection.Path, new Route(connection));
        }
        else if (other.OwnConnectionIds.Count > 0 && other.IsConnected)
        {
            _withoutRoute.Add(other);
            SetRoute(connection.Path, route with { Connection = connection });
        }
        else
        {
            _withoutRoute.Add(connection);
        }
    }

    private void RemoveOwnPath(DtlsConnection connection, in DtlsPath path)
    {
        if (_ownPaths.TryGetValue(path, out DtlsConnection? owner) && owner == connection)
            _ownPaths.Remove(path);
    }

    private void ForgetOwnPaths(DtlsConnection connection)
    {
        if (_ownPaths.Count == 0 || connection.OwnPaths is not var (candidate, abandoned))
            return;
        RemoveOwnPath(connection, candidate);
        RemoveOwnPath(connection, abandoned);
    }
}
