namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>Sealing.</summary>
internal readonly struct SealDirection : IGcmDirection
{
    public static bool IsSeal => true;
}
