namespace Sockets.Links;

/// <summary>Where a receive of a <see cref="PlainLink"/> that blocks waits.</summary>
internal enum PlainWaiting
{
    /// <summary>Nothing was used yet that decides it.</summary>
    Undecided,

    /// <summary>In the receive itself.</summary>
    Inside,

    /// <summary>For readiness, before it.</summary>
    Outside,
}
