namespace Sockets.Dtls.Handshake;

/// <summary>What <see cref="Reassembler.Add"/> did with a fragment.</summary>
internal enum FragmentVerdict : byte
{
    /// <summary>Buffered, or already there, or empty.</summary>
    Taken,

    /// <summary>Of a message that was processed before.</summary>
    Old,

    /// <summary>Too far ahead, or beyond the budget: dropped, and so not to be acknowledged.</summary>
    OutOfWindow,

    /// <summary>Offset and length lie outside the message.</summary>
    Malformed,

    /// <summary>Contradicts another fragment of the message.</summary>
    Mismatch,

    /// <summary>The message is longer than is accepted.</summary>
    TooLarge,
}
