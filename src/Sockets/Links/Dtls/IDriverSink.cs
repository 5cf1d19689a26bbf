using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>Takes the data of a turn, and says when it is enough.</summary>
internal interface IDriverSink : IDtlsSink
{
    /// <summary>Whether another datagram may be handled.</summary>
    bool HasRoom { get; }

    /// <summary>Whether more may be received, after what was received already has been handled.</summary>
    bool WantsMore { get; }
}
