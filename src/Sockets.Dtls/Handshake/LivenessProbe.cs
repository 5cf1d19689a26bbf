namespace Sockets.Dtls.Handshake;

/// <summary>A question to a silent peer whether it is there, and how many were asked.</summary>
internal sealed class LivenessProbe
{
    /// <summary>
    /// Key updates in a row without data of ours between them. Some peers end the connection over 32 (RFC 9147 §8 sets no number),
    /// and the application may ask for some as well.
    /// </summary>
    public const int MaxKeyUpdates = 24;

    /// <summary>Runs while a challenge is not answered.</summary>
    public RetransmitTimer Timer;

    /// <summary>Whether one was asked at all.</summary>
    public bool IsAsked { get; set; }

    /// <summary>When the peer was heard last, before the question: anything later answers it.</summary>
    public MonotonicTime HeardBefore { get; set; }

    /// <summary>Whether the question is a path_challenge; else a KeyUpdate.</summary>
    public bool IsChallenge { get; set; }

    /// <summary>Whether the challenge is to be sent, once more perhaps.</summary>
    public bool IsChallengeDue { get; set; }

    /// <summary>The cookie of the last challenge.</summary>
    public ulong Cookie { get; set; }

    /// <summary>Key updates in a row.</summary>
    public int KeyUpdates { get; set; }

    /// <summary>Questions so far, each counted once however often it was repeated.</summary>
    public uint Count { get; set; }
}
