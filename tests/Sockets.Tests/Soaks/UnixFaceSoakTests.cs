namespace Sockets.Tests.Soaks;

public sealed class UnixFaceSoakTests : FaceSoakSuite
{
    private protected override Task<SocketPair> OpenAsync(int bufferSize) => Task.FromResult(SocketPair.Plain("unix", bufferSize: bufferSize));
}
