namespace Sockets.Tests.Async;

public sealed class ReadingPipeTests : PipeSuite
{
    private protected override Task<SocketPair> OpenAsync(int? bufferSize = null) => Task.FromResult(SocketPair.Plain("reading", bufferSize: bufferSize));
}
