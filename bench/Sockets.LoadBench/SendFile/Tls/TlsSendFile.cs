namespace Sockets.LoadBench.SendFile.Tls;

/// <summary>Read and encrypted, both.</summary>
internal sealed class TlsSendFile : ISendFileSubject
{
    public string Subject => "1 GiB, TLS 1.3";

    public string Contender => "tls";

    public string Peer => "sslstream";

    public string PeerTitle => "FileStream.CopyToAsync(SslStream)";

    public AllocationRule Allocation => AllocationRule.AtMostPeer;

    public int Rounds => 5;
}
