namespace Sockets.Engine;

/// <summary>Why a queued operation is to end before it is carried out.</summary>
internal enum OperationEnd : byte
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>Its caller cancelled it.</summary>
    Cancelled,

    /// <summary>Its time is over.</summary>
    TimedOut,
}
