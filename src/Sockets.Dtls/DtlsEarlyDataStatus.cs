namespace Sockets.Dtls;

/// <summary>What became of a client's early data.</summary>
public enum DtlsEarlyDataStatus : byte
{
    /// <summary>None was offered.</summary>
    None,

    /// <summary>
    /// The server has not decided yet. When the connection fails in this state nobody knows whether the server has used the
    /// data.
    /// </summary>
    Pending,

    /// <summary>The server takes it. As with all datagrams, what was lost on the way is lost.</summary>
    Accepted,

    /// <summary>The server has used none of it: <see cref="DtlsConnection.TakeRejectedEarlyData"/> gives it back.</summary>
    Rejected,
}
