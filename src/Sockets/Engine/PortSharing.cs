namespace Sockets.Engine;

/// <summary>How a listening socket takes its port.</summary>
internal enum PortSharing
{
    /// <summary>For itself alone: a port that another socket has is an error.</summary>
    None,

    /// <summary>For itself alone at first, then open to further sockets of the same listener: so that no foreign one goes unnoticed.</summary>
    First,

    /// <summary>Beside the first.</summary>
    Further,
}
