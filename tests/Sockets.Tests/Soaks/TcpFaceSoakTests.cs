namespace Sockets.Tests.Soaks;

public sealed class TcpFaceSoakTests : FaceSoakSuite
{
    private protected override Task<SocketPair> OpenAsync(int bufferSize) => Task.FromResult(SocketPair.Plain("tcp", bufferSize: bufferSize));
}
