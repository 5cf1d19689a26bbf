namespace Sockets.LoadBench.SendFile;

/// <summary>A kind of connection that a file is sent over. Found by its type.</summary>
internal interface ISendFileSubject
{
    /// <summary>What is measured.</summary>
    string Subject { get; }

    /// <summary>Ours: a <see cref="Streams.IStreamContender"/>.</summary>
    string Contender { get; }

    /// <summary>What ours is compared with.</summary>
    string Peer { get; }

    /// <summary>Its name in reports.</summary>
    string PeerTitle { get; }

    /// <summary>What ours may allocate.</summary>
    AllocationRule Allocation { get; }

    /// <summary>How many times a whole file is sent by each, at least.</summary>
    int Rounds { get; }
}
