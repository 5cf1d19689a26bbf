namespace Sockets.Tool.Certificates;

internal static partial class CredentialFiles
{
    public static TlsCertificate LoadForTls(string certificatePath, string keyPath)
    {
        RequireReadable(certificatePath, "certificate");
        RequireReadable(keyPath, "key");
        return TlsCertificate.LoadPemFiles(certificatePath, keyPath);
    }
}
