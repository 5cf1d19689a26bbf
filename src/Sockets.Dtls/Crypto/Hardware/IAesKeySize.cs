namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>A key size as a type argument, so that each gets code of its own without a branch.</summary>
internal interface IAesKeySize
{
    /// <summary>Rounds of the cipher (FIPS 197 §5).</summary>
    static abstract int Rounds { get; }
}
