namespace Sockets.LoadBench.SendFile;

/// <summary>Inside the kernel, both.</summary>
internal sealed class PlainSendFile : ISendFileSubject
{
    public string Subject => "1 GiB, plain";

    public string Contender => "plain";

    public string Peer => "socket";

    public string PeerTitle => "Socket.SendFileAsync";

    public AllocationRule Allocation => AllocationRule.AtMostPeer;

    public int Rounds => 8;
}
