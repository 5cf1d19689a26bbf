namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>AES-256.</summary>
internal readonly struct Aes256Key : IAesKeySize
{
    public static int Rounds => 14;
}
