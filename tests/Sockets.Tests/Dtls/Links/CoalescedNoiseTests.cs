using System.Net;
using System.Net.Sockets;
using Sockets.Dtls;
using Sockets.Dtls.Records;
using Sockets.Platform;

namespace Sockets.Tests;

/// <summary>What arrives in one piece counts as what it is: single datagrams.</summary>
public class CoalescedNoiseTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task Each_datagram_of_a_piece_is_counted_and_discarded_by_itself(string bound)
    {
        await using Loopback loopback = Loopback.Start(address: IPAddress.Parse(bound));
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        var endPoint = new IPEndPoint(IPAddress.Loopback, loopback.Listener.LocalEndPoint.Port);
        DtlsStatistics before = loopback.Listener.Statistics;
        using var stranger = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Connect(endPoint);
        int[] lengths = [.. Enumerable.Repeat(40, 64), 39];
        byte[] noise = new byte[lengths.Sum()];
        Array.Fill(noise, (byte)0x2F); // looks like ciphertext
        Assert.Equal(65, DatagramIo.TrySend(stranger, new DatagramAbilities(), noise, lengths, default, out _));

        client.TrySend("behind it"u8);
        byte[] buffer = new byte[100];
        DtlsReceiveResult received = await server.ReceiveAsync(buffer).AsTask().WaitAsync(Loopback.HangGuard);
        Assert.Equal("behind it"u8, buffer.AsSpan(0, received.Length));
        DtlsStatistics after = loopback.Listener.Statistics;
        Assert.Equal(before.DatagramsReceived + 65, after.DatagramsReceived);
        Assert.Equal(before.BytesReceived + (ulong)noise.Length, after.BytesReceived);
        Assert.Equal(before.Discarded(DiscardReason.UnknownConnection) + 65, after.Discarded(DiscardReason.UnknownConnection));
    }
}
