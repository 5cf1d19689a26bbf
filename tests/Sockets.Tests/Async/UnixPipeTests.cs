namespace Sockets.Tests.Async;

public sealed class UnixPipeTests : PipeSuite
{
    private protected override bool CanReset => false;

    private protected override Task<SocketPair> OpenAsync(int? bufferSize = null) => Task.FromResult(SocketPair.Plain("unix", bufferSize: bufferSize));
}
