namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>Opening.</summary>
internal readonly struct OpenDirection : IGcmDirection
{
    public static bool IsSeal => false;
}
