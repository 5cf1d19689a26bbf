using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>Takes the data of a turn, and says when it is enough.</summary>
internal interface IDriverSink : IDtlsSink
{
    /// <summary>Whether the turn goes on, which may bring so many datagrams at once.</summary>
    bool Goes(int datagrams);
}
