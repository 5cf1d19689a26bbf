namespace Sockets.Tests.Soaks;

public sealed class UdpDisposalSoakTests : DisposalSoakSuite
{
    private protected override Task<SocketPair> OpenAsync(int bufferSize) => Task.FromResult(SocketPair.Plain("udp", bufferSize: bufferSize));
}
