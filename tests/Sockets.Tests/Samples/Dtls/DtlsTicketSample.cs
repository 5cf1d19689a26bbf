using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests.Samples;

/// <summary>The guide's options of sessions that are resumed, and of keys instead of certificates.</summary>
internal static class DtlsTicketSample
{
    public static (DtlsClientOptions Client, DtlsServerOptions Server) WithTickets(DtlsCredential credential)
    {
        var cache = new DtlsTicketCache();                      // client: one for many connections
        var client = new DtlsClientOptions { Tickets = cache };
        var keys = new DtlsTicketKeys(CryptoProviders.Default); // server; its owner disposes it
        var server = new DtlsServerOptions { Tickets = keys, Credentials = [credential] };
        return (client, server);
    }

    public static async Task ConnectWithEarlyDataAsync(string host, int port, DtlsTicketCache cache, ReadOnlyMemory<byte> request)
    {
        var client = new DtlsClientOptions { Tickets = cache, EarlyData = [request] };
        DtlsChannel channel = await DtlsChannel.ConnectAsync(host, port, client);
        if (channel.EarlyDataStatus == DtlsEarlyDataStatus.Rejected)
        {
            foreach (ReadOnlyMemory<byte> datagram in channel.RejectedEarlyData)
                channel.TrySend(datagram.Span);
        }
    }

    public static async Task ConnectWithKeyAsync(byte[] secret, Func<DtlsClientOptions, DtlsPreSharedKey, Task> connect)
    {
        using var key = new DtlsPreSharedKey("device 17"u8, secret); // 16 random bytes or more; never a password
        var device = new DtlsClientOptions { PreSharedKeys = [key] };
        await connect(device, key);
    }
}
