namespace Sockets.Engine;

/// <summary>What is wrong with a PROXY header.</summary>
internal enum ProxyHeaderProblem
{
    None,

    /// <summary>It begins with something else.</summary>
    NotAHeader,

    /// <summary>A version that the options do not allow.</summary>
    VersionRefused,

    /// <summary>Longer than the version or the options allow.</summary>
    TooLong,

    /// <summary>A line of version 1 that is not of the form the specification gives.</summary>
    BadLine,

    /// <summary>A command of version 2 that there is not.</summary>
    BadCommand,

    /// <summary>A family or transport of version 2 that there is not.</summary>
    BadFamily,

    /// <summary>Datagrams, over a stream.</summary>
    Datagram,

    /// <summary>The addresses do not fit into the length.</summary>
    BadLength,

    /// <summary>What follows the addresses does not fill the length exactly, or is malformed.</summary>
    BadTlv,

    /// <summary>The checksum is wrong, or there are two.</summary>
    BadChecksum,
}
