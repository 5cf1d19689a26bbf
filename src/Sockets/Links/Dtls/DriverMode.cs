namespace Sockets.Links.Dtls;

/// <summary>Who makes a <see cref="DatagramDriver"/> go.</summary>
internal enum DriverMode : byte
{
    /// <summary>A receive loop on the thread pool and a timer of its own.</summary>
    Background,

    /// <summary>Whoever calls <see cref="DatagramDriver.Pump"/>: a poll, or a call that waits. Nothing is started, everything runs on that thread.</summary>
    Polled,
}
