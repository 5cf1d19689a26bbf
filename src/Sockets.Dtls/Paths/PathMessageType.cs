namespace Sockets.Dtls.Paths;

/// <summary>Return Routability Check message types (RFC 9853 §4). The values are the wire values.</summary>
internal enum PathMessageType : byte
{
    /// <summary>Asks whether the peer is there.</summary>
    PathChallenge = 0,

    /// <summary>The peer is there, and the path is the one it prefers as far as it knows.</summary>
    PathResponse = 1,

    /// <summary>The peer is there, and has left this path for another.</summary>
    PathDrop = 2,
}
