namespace Sockets.Tests.Soaks;

public sealed class TcpDisposalSoakTests : DisposalSoakSuite
{
    private protected override Task<SocketPair> OpenAsync(int bufferSize) => Task.FromResult(SocketPair.Plain("tcp", bufferSize: bufferSize));
}
