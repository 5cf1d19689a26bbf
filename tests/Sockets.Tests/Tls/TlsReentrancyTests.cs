using System.Net.Sockets;

namespace Sockets.Tests.Tls;

/// <summary>The application's check of a certificate is called in the middle of a handshake, and may call back.</summary>
public sealed class TlsReentrancyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ACheckThatSendsReceivesAndPumpsDisturbsNothing(bool isServer)
    {
        TlsPair? pair = null;
        int asked = 0;
        bool Check(System.Security.Cryptography.X509Certificates.X509Certificate2Collection chain)
        {
            Socket socket = isServer ? pair!.Server : pair!.Client;
            asked++;
            Assert.False(socket.TrySend(new byte[10], out _));
            Assert.False(socket.TryReceive(new byte[10], out _));
            Assert.False(socket.Link.Progress());
            return true;
        }

        TlsServerContext server = TlsIdentity.CreateServer(options =>
        {
            options.ClientAuthentication = TlsClientAuthentication.Required;
            options.Trust = TlsIdentity.Root.Trust;
            if (isServer)
                options.AdditionalCertificateCheck = Check;
        });
        TlsClientContext client = TlsIdentity.CreateClient(options =>
        {
            options.Certificate = TlsIdentity.Client;
            if (!isServer)
                options.AdditionalCertificateCheck = Check;
        });
        pair = TlsPair.Closed(client, server);
        await using (pair)
        {
            await Task.WhenAll(pair.Client.Link.OpenAsync(default).AsTask(), pair.Server.Link.OpenAsync(default).AsTask()).WaitAsync(Waiting.HangGuard);
            Assert.Equal(1, asked);
            Assert.Equal(0, server.Handshakes);
            await pair.Client.SendAsync(new byte[] { 1, 2 });
            Assert.Equal(2, (await pair.Server.ReceiveAsync(new byte[5]).AsTask().WaitAsync(Waiting.HangGuard)).Count);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task ACheckMayDisposeItsSocket(bool isServer, bool isAccepted)
    {
        TlsPair? pair = null;
        bool Check(System.Security.Cryptography.X509Certificates.X509Certificate2Collection chain)
        {
            (isServer ? pair!.Server : pair!.Client).Dispose();
            return isAccepted;
        }

        TlsServerContext server = TlsIdentity.CreateServer(options =>
        {
            options.ClientAuthentication = TlsClientAuthentication.Required;
            options.Trust = TlsIdentity.Root.Trust;
            if (isServer)
                options.AdditionalCertificateCheck = Check;
        });
        TlsClientContext client = TlsIdentity.CreateClient(options =>
        {
            options.Certificate = TlsIdentity.Client;
            if (!isServer)
                options.AdditionalCertificateCheck = Check;
        });
        pair = TlsPair.Closed(client, server);
        await using (pair)
        {
            Task serverOpening = pair.Server.Link.OpenAsync(default).AsTask();
            Task clientOpening = pair.Client.Link.OpenAsync(default).AsTask();
            await Assert.ThrowsAsync<SocketFailureException>(() => (isServer ? serverOpening : clientOpening).WaitAsync(Waiting.HangGuard));
            (isServer ? pair.Client : pair.Server).Dispose();
            await Task.WhenAny(Task.WhenAll(serverOpening, clientOpening)).WaitAsync(Waiting.HangGuard);
            Assert.Equal(0, server.Handshakes);
            Assert.Equal(0, server.Buffers.Outstanding);
            Assert.Equal(0, client.Buffers.Outstanding);
        }
    }

    [Fact]
    public async Task APlaceForHandshakesIsTakenOnceThoughTheSelectorCallsBack()
    {
        TlsPair? pair = null;
        TlsServerContext server = TlsIdentity.CreateServer(options => options.ApplicationProtocolSelector = name =>
        {
            Assert.False(pair!.Server.Link.Progress());
            return null;
        });
        pair = TlsPair.Closed(TlsIdentity.CreateClient(), server);
        await using (pair)
        {
            Assert.False(pair.Client.Link.Progress()); // the ClientHello is there before the server begins
            Assert.True(pair.Server.Link.Underlying!.Poll(Waiting.HangGuard, SelectMode.SelectRead));
            await Task.WhenAll(pair.Server.Link.OpenAsync(default).AsTask(), pair.Client.Link.OpenAsync(default).AsTask()).WaitAsync(Waiting.HangGuard);
            Assert.Equal(0, server.Handshakes);
        }
    }
}
