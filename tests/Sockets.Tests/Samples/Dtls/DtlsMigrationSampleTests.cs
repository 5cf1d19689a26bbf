using System.Net;
using Sockets.Testing;

namespace Sockets.Tests.Samples;

public sealed class DtlsMigrationSampleTests
{
    [Fact]
    public async Task TheMigrationSampleMovesAndGoesOn()
    {
        using var authority = new TestAuthority();

        // A clock that stands still: a busy machine is no path that does not answer. The year is not that of the certificates, then.
        var time = new VirtualTimeProvider();
        var server = new DtlsServerOptions { Credentials = [authority.ServerCredential()], Handler = new EchoHandler(), TimeProvider = time };
        var client = new DtlsClientOptions { TargetHost = "localhost", Trust = PeerTrust.DangerousAcceptAnyCertificate, TimeProvider = time };
        IPEndPoint place = OwnPlace.Next();
        DtlsListener? listener = null;
        try
        {
            (bool hasMoved, byte[] answer) = await DtlsMigrationSample.MoveAsync(place.Address.ToString(), place.Port, server, client, options =>
            {
                listener = DtlsListener.Bind(place, options);
                return ValueTask.CompletedTask;
            }).WaitAsync(Waiting.HangGuard);
            Assert.True(hasMoved);
            Assert.Equal("moved"u8, answer);
        }
        finally
        {
            if (listener is not null)
                await listener.DisposeAsync();
        }
    }
}
