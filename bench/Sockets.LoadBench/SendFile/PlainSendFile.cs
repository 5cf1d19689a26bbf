namespace Sockets.LoadBench.SendFile;

/// <summary>Inside the kernel, both.</summary>
internal sealed class PlainSendFile : ISendFileSubject
{
    public string Subject => "1 GiB, plain";

    public string Contender => "plain";

    public string Peer => "socket";

    public string PeerTitle => "Socket.SendFileAsync";

    // An operation is a file, which is opened: that is not free of allocations, and 2 KB of a gigabyte are nobody's concern.
    public AllocationRule Allocation => AllocationRule.NotJudged;

    public int Rounds => 8;
}
