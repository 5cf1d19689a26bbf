namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>AES-128.</summary>
internal readonly struct Aes128Key : IAesKeySize
{
    public static int Rounds => 10;
}
