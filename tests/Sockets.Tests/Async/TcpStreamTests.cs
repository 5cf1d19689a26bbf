namespace Sockets.Tests.Async;

public sealed class TcpStreamTests : StreamSuite
{
    private protected override Task<SocketPair> OpenAsync(int? bufferSize = null) => Task.FromResult(SocketPair.Plain("tcp", bufferSize: bufferSize));
}
