namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>Sealing or opening as a type argument, so that each gets code of its own without a branch.</summary>
internal interface IGcmDirection
{
    /// <summary>Whether the hash runs over what is written (sealing) or over what is read.</summary>
    static abstract bool IsSeal { get; }
}
