namespace Sockets.Tests.Async;

public sealed class TcpPipeTests : PipeSuite
{
    private protected override int IdlePairs => 500;

    private protected override Task<SocketPair> OpenAsync(int? bufferSize = null) => Task.FromResult(SocketPair.Plain("tcp", bufferSize: bufferSize));
}
