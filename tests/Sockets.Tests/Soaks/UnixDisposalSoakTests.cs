namespace Sockets.Tests.Soaks;

public sealed class UnixDisposalSoakTests : DisposalSoakSuite
{
    private protected override Task<SocketPair> OpenAsync(int bufferSize) => Task.FromResult(SocketPair.Plain("unix", bufferSize: bufferSize));
}
