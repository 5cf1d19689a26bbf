using System;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.ConnectionIds;

/// <summary>connection_id extensions that break the rules, in the messages that come in clear (RFC 9146 §3, RFC 8446 §4.2).</summary>
public sealed class ConnectionIdHelloTests
{
    private const byte ClientHello = 1;
    private const byte ServerHello = 2;
    private const int MessageOffset = PlaintextRecords.HeaderLength + PlaintextRecords.FragmentHeaderLength;

    private static readonly byte[] OfEight = [0, 54, 0, 9, 8];

    [Fact]
    public void A_malformed_offer_is_refused()
    {
        using DtlsPair pair = Create(8, 8);
        AlterFirst(pair, DtlsPair.ServerAddress, ClientHello, static hello => hello[hello.AsSpan().IndexOf(OfEight) + 4] = 7);
        pair.Start();
        pair.DriveUntil(() => pair.Server.Log.IsClosed);
        Assert.Equal(new DtlsFailure(DtlsFailureReason.MalformedExtension, AlertDescription.DecodeError, FromPeer: false, DtlsState.Initial), pair.Server.Log.Failure);
    }

    [Fact]
    public void A_malformed_answer_is_refused()
    {
        using DtlsPair pair = Create(4, 8);
        AlterFirst(pair, DtlsPair.ClientAddress, ServerHello, static hello => hello[hello.AsSpan().IndexOf(OfEight) + 4] = 9);
        pair.Start();
        pair.DriveUntil(() => pair.Client.Log.IsClosed);
        Assert.Equal(DtlsFailureReason.MalformedExtension, pair.Client.Log.Failure?.Reason);
        Assert.Equal(AlertDescription.DecodeError, pair.Client.Log.Failure?.Alert);
    }

    [Theory]
    [InlineData(null, DtlsFailureReason.UnexpectedExtension, AlertDescription.UnsupportedExtension)] // RFC 8446 §4.2: it was not offered
    [InlineData(8, DtlsFailureReason.UnsupportedConnectionId, AlertDescription.HandshakeFailure)]
    public void An_answer_that_cannot_be_taken_ends_the_handshake(int? client, DtlsFailureReason reason, AlertDescription alert)
    {
        using DtlsPair pair = Create(client, null);
        byte[] tooLong = new byte[DtlsConnection.MaxPeerConnectionIdLength + 1];
        pair.Network.OnDeliver = datagram =>
        {
            if (datagram.Destination != DtlsPair.ClientAddress || pair.Client.Log.IsClosed)
                return true;
            byte[] body = datagram.Payload[MessageOffset..PlaintextRecords.FirstRecordLength(datagram.Payload)];
            var writer = new WireWriter();
            ConnectionIdExtension.Write(writer, tooLong);
            body = [.. body, .. writer.Written];
            int extensions = 2 + 32 + 1 + 2 + 1;
            int length = ((body[extensions] << 8) | body[extensions + 1]) + writer.Written.Length;
            body[extensions] = (byte)(length >> 8);
            body[extensions + 1] = (byte)length;
            byte[] fragment = PlaintextRecords.Fragment(ServerHello, body.Length, 0, 0, body.Length, body);
            pair.Client.Receive(DtlsPair.ServerAddress, PlaintextRecords.Record(RecordForge.Handshake, fragment));
            return false;
        };
        pair.Start();
        pair.DriveUntil(() => pair.Client.Log.IsClosed);
        Assert.Equal(reason, pair.Client.Log.Failure?.Reason);
        Assert.Equal(alert, pair.Client.Log.Failure?.Alert);
    }

    [Fact]
    public void A_server_leaves_out_what_it_cannot_send()
    {
        using DtlsPair pair = Create(null, 8);
        byte[] tooLong = new byte[DtlsConnection.MaxPeerConnectionIdLength + 1];
        var writer = new WireWriter();
        ConnectionIdExtension.Write(writer, tooLong);
        byte[] hello = ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 1) with { ServerName = null })[0];
        byte[] body = [.. hello.AsSpan(MessageOffset), .. writer.Written];
        int extensions = 2 + 32 + 1 + 1;
        extensions += 2 + ((body[extensions] << 8) | body[extensions + 1]) + 2;
        int length = ((body[extensions] << 8) | body[extensions + 1]) + writer.Written.Length;
        body[extensions] = (byte)(length >> 8);
        body[extensions + 1] = (byte)length;
        pair.Server.Serve(ServerConfig(8), DtlsPair.ClientAddress);
        pair.Server.Receive(DtlsPair.ClientAddress, PlaintextRecords.Record(RecordForge.Handshake, PlaintextRecords.Fragment(ClientHello, body.Length, 0, 0, body.Length, body), sequence: 0));
        Assert.Null(pair.Server.Log.Failure);
        Assert.False(pair.Server.Connection.UsesConnectionIds);
        Assert.Equal(DtlsState.WaitFinished, pair.Server.Connection.State);
    }

    private static DtlsConfig ServerConfig(int? length)
    {
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, 2);
        return config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)], ConnectionIdLength = length };
    }

    private static DtlsPair Create(int? client, int? server) => DtlsPair.Create(
        client: config => config with { ConnectionIdLength = client },
        server: config => config with { ConnectionIdLength = server });

    private static void AlterFirst(DtlsPair pair, DtlsAddress destination, byte type, Action<byte[]> alter) =>
        pair.Network.OnDeliver = datagram =>
        {
            if (datagram.Destination == destination && datagram.Payload[0] == RecordForge.Handshake && datagram.Payload[PlaintextRecords.HeaderLength] == type)
                alter(datagram.Payload);
            return true;
        };
}
