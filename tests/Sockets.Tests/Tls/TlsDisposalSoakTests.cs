using Sockets.Tests.Soaks;

namespace Sockets.Tests.Tls;

public sealed class TlsDisposalSoakTests : DisposalSoakSuite
{
    private static readonly TlsClientContext Client = TlsIdentity.CreateClient();
    private static readonly TlsServerContext Server = TlsIdentity.CreateServer();

    private protected override async Task<SocketPair> OpenAsync(int bufferSize)
    {
        TlsPair pair = await TlsPair.OpenAsync(Client, Server, bufferSize: bufferSize);
        return new SocketPair(pair.Client, pair.Server);
    }
}
