namespace Sockets.Engine;

/// <summary>How far the parser of PROXY headers got.</summary>
internal enum ProxyHeaderStatus
{
    /// <summary>All bytes so far belong to the header, and more are missing.</summary>
    NeedMore,

    /// <summary>There is a header.</summary>
    Done,

    /// <summary>There is none, and no further byte can change that.</summary>
    Invalid,
}
