namespace Sockets.Tests.Soaks;

public sealed class ReadingFaceSoakTests : FaceSoakSuite
{
    private protected override Task<SocketPair> OpenAsync(int bufferSize) => Task.FromResult(SocketPair.Plain("reading", bufferSize: bufferSize));
}
