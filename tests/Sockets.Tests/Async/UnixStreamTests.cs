namespace Sockets.Tests.Async;

public sealed class UnixStreamTests : StreamSuite
{
    private protected override Task<SocketPair> OpenAsync(int? bufferSize = null) => Task.FromResult(SocketPair.Plain("unix", bufferSize: bufferSize));
}
