using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;
using Sockets.Dtls.Tests.Resumption;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>RFC 9147 §5: the handshake protocol; §5.5 and what follows are in files of their own.</summary>
public sealed class Section5Tests
{
    private const byte ChangeCipherSpec = 20;
    private const byte ServerHello = 2;
    private const byte HelloVerifyRequest = 3;
    private const ushort Cookie = 44;

    [Fact]
    [Conformance("RFC 9147", "5", "A server does not echo legacy_session_id.", "Sockets.Dtls/Handshake/Messages/ServerHelloMessage.cs")]
    public void Section_5_The_legacy_session_id_is_not_echoed()
    {
        using var pair = new WatchedPair();
        pair.Passes = static (_, _) => false;
        pair.Pair.Start();
        HelloView hello = HelloView.First(DtlsPair.Config(TestProviders.Default, 9)) with { SessionId = new byte[32] };
        pair.ToServer(hello.ToDatagram());
        byte[] answer = pair.FromServer[0].Fragments()[0].Body;
        Assert.Equal(0, answer[34]);
    }

    [Fact]
    [Conformance("RFC 9147", "5", "Nobody sends ChangeCipherSpec.", "Sockets.Dtls/Records/ContentType.cs")]
    public void Section_5_No_change_cipher_spec_is_sent()
    {
        using var pair = new WatchedPair(
            client: static config => config with { Groups = [NamedGroup.X25519, NamedGroup.Secp256r1] },
            server: static config => config with { Groups = [NamedGroup.Secp256r1] },
            endpoint: new DtlsEndpointConfig());
        pair.Pair.DriveToConnected();
        pair.Pair.Settle();
        Assert.NotEmpty(pair.FromClient);
        Assert.DoesNotContain(pair.FromClient.Concat(pair.FromServer), static record => record.Type == ChangeCipherSpec);
    }

    [Fact]
    [Conformance("RFC 9147", "5.1", "A client that is given a cookie sends a new ClientHello with the cookie as an extension.", "Sockets.Dtls/Handshake/ClientHandshake.cs")]
    public void Section_5_1_The_cookie_comes_back()
    {
        (_, HelloView second) = Hellos();
        Assert.Equal([0, 5, 1, 2, 3, 4, 5], second.Extension(Cookie));
        Assert.Empty(second.Cookie);
    }

    [Fact]
    [Conformance("RFC 9147", "5.1", "The first ClientHello has no cookie: no extension, and an empty legacy_cookie.", "Sockets.Dtls/Handshake/ClientHandshake.cs")]
    public void Section_5_1_The_first_client_hello_has_no_cookie()
    {
        (HelloView first, _) = Hellos();
        Assert.Null(first.Extension(Cookie));
        Assert.Empty(first.Cookie);
    }

    [Fact]
    [Conformance("RFC 9147", "5.1", "The second ClientHello is the first one but for what the HelloRetryRequest asks for.", "Sockets.Dtls/Handshake/ClientHandshake.cs")]
    public void Section_5_1_The_second_client_hello_repeats_the_first()
    {
        (HelloView first, HelloView second) = Hellos();
        Assert.Equal(first.Version, second.Version);
        Assert.Equal(first.Random, second.Random);
        Assert.Equal(first.SessionId, second.SessionId);
        Assert.Equal(first.Suites, second.Suites);
        Assert.Equal(first.Compression, second.Compression);
        Assert.Equal(first.Extensions.Select(static extension => extension.Type), second.Extensions.Select(static extension => extension.Type).Where(static type => type != Cookie));
        foreach ((ushort type, byte[] content) in first.Extensions)
            Assert.Equal(content, second.Extension(type));
    }

    [Fact]
    [Conformance("RFC 9147", "5.1", "A client is ready for a cookie exchange in every handshake, resumption included.", "Sockets.Dtls/Handshake/ClientHandshake.cs")]
    public void Section_5_1_Every_handshake_may_begin_with_a_cookie()
    {
        using var rig = new ResumptionRig { UseEndpoint = true };
        DtlsTicket ticket = rig.GetTicket();
        Assert.True(rig.ClientConnection.UsedHelloRetryRequest);
        rig.Connect(ticket);
        Assert.True(rig.ClientConnection.IsResumed);
        Assert.True(rig.ClientConnection.UsedHelloRetryRequest);
    }

    [Fact]
    [Conformance("RFC 9147", "5.1", "An invalid cookie ends the handshake with illegal_parameter.", "Sockets.Dtls/Handshake/CookieJar.cs")]
    public void Section_5_1_An_invalid_cookie_is_an_illegal_parameter()
    {
        using DtlsPair pair = DtlsPair.Create(endpoint: new DtlsEndpointConfig());
        byte[]? answer = null;
        bool changed = false;
        pair.Network.OnDeliver = datagram =>
        {
            if (datagram.Destination != DtlsPair.ServerAddress)
                return true;
            var hello = HelloView.Parse(datagram.Payload.AsSpan(PlaintextRecords.HeaderLength + PlaintextRecords.FragmentHeaderLength));
            if (hello.Extension(Cookie) is not { } cookie)
                return true;
            cookie[^1] ^= 1;
            changed = true;
            pair.Server.Receive(DtlsPair.ClientAddress, hello.ToDatagram(1));
            return false;
        };
        pair.Network.OnSend = datagram =>
        {
            answer = changed && datagram.Source == DtlsPair.ServerAddress ? datagram.Payload : answer;
            return true;
        };
        pair.Start();
        pair.DriveUntil(() => changed);
        Assert.NotNull(answer);
        Assert.Equal(RecordForge.Alert, answer[0]);
        Assert.Equal([2, (byte)AlertDescription.IllegalParameter], answer[PlaintextRecords.HeaderLength..]);
        Assert.Equal(0, pair.Server.Endpoint!.ConnectionCount);
    }

    [Fact]
    [Conformance("RFC 9147", "5.1", "A second HelloRetryRequest ends the client's handshake with unexpected_message.", "Sockets.Dtls/Handshake/ClientHandshake.cs")]
    public void Section_5_1_Only_one_hello_retry_request()
    {
        using DtlsPair pair = DtlsPair.Create();
        pair.Network.OnSend = static _ => false;
        pair.Start();
        pair.Client.Receive(DtlsPair.ServerAddress, HelloView.Retry(0, [1, 2, 3]));
        Assert.True(pair.Client.Connection.UsedHelloRetryRequest);
        Assert.False(pair.Client.Log.IsClosed);
        pair.Client.Receive(DtlsPair.ServerAddress, HelloView.Retry(1, [4, 5, 6]));
        Assert.Equal(AlertDescription.UnexpectedMessage, pair.Client.Log.Failure?.Alert);
        Assert.False(pair.Client.Log.Failure?.FromPeer);
    }

    [Fact]
    [Conformance("RFC 9147", "5.2", "A handshake message with a number below the expected one is dropped.", "Sockets.Dtls/Handshake/Reassembler.cs")]
    public void Section_5_2_Messages_of_the_past_are_dropped()
    {
        using var pair = new ConnectedPair();
        foreach (int sequence in new[] { 0, 1 })
        {
            // Not even its type counts, which would end the connection in a message that is next.
            byte[] record = pair.FromClient.Seal(100 + (ulong)sequence, RecordForge.Handshake, PlaintextRecords.Fragment(11, 4, sequence, 0, 4, new byte[4]));
            Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.DuplicateFragment, () => pair.ToServer(record)));
        }

        Assert.False(pair.Server.IsClosed);
        pair.Pair.Settle();
        pair.AssertAlive();
    }

    [Fact]
    [Conformance("RFC 9147", "5.2", "A server asks for a return by HelloRetryRequest, never by HelloVerifyRequest.", "Sockets.Dtls/DtlsEndpoint.Admission.cs")]
    public void Section_5_2_No_hello_verify_request_is_sent()
    {
        using var pair = new WatchedPair(endpoint: new DtlsEndpointConfig());
        pair.Pair.DriveToConnected();
        List<byte> types = [.. pair.FromServer.Where(static record => record.Type == RecordForge.Handshake).SelectMany(static record => record.Fragments().Select(static fragment => fragment.Type))];
        Assert.Equal([ServerHello, ServerHello], types[..2]);
        Assert.DoesNotContain(HelloVerifyRequest, types);
    }

    [Fact]
    [Conformance("RFC 9147", "5.3", "legacy_version of a ClientHello is that of DTLS 1.2.", "Sockets.Dtls/Handshake/ClientHandshake.cs")]
    public void Section_5_3_The_legacy_version_is_that_of_dtls_1_2()
    {
        (HelloView first, HelloView second) = Hellos();
        Assert.Equal(0xFEFD, first.Version);
        Assert.Equal(0xFEFD, second.Version);
    }

    [Fact]
    [Conformance("RFC 9147", "5.3", "legacy_session_id is empty, since no session is older than DTLS 1.3.", "Sockets.Dtls/Handshake/ClientHandshake.cs")]
    public void Section_5_3_The_legacy_session_id_is_empty()
    {
        (HelloView first, HelloView second) = Hellos();
        Assert.Empty(first.SessionId);
        Assert.Empty(second.SessionId);
    }

    [Fact]
    [Conformance("RFC 9147", "5.3", "A client leaves legacy_cookie empty, cookie or not.", "Sockets.Dtls/Handshake/ClientHandshake.cs")]
    public void Section_5_3_The_legacy_cookie_is_empty()
    {
        (HelloView first, HelloView second) = Hellos();
        Assert.Empty(first.Cookie);
        Assert.Empty(second.Cookie);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Conformance("RFC 9147", "5.3", "A legacy_cookie that is not empty ends the handshake with illegal_parameter.", "Sockets.Dtls/Handshake/Messages/ClientHelloMessage.cs")]
    public void Section_5_3_A_legacy_cookie_is_an_illegal_parameter(bool behindEndpoint)
    {
        using DtlsPair pair = DtlsPair.Create(endpoint: behindEndpoint ? new DtlsEndpointConfig() : null);
        List<byte[]> sent = [];
        pair.Network.OnSend = datagram =>
        {
            sent.Add(datagram.Payload);
            return false;
        };
        pair.Start();
        sent.Clear();
        HelloView hello = HelloView.First(DtlsPair.Config(TestProviders.Default, 9)) with { Cookie = [1] };
        pair.Server.Receive(DtlsPair.ClientAddress, hello.ToDatagram());
        byte[] answer = Assert.Single(sent);
        Assert.Equal(RecordForge.Alert, answer[0]);
        Assert.Equal([2, (byte)AlertDescription.IllegalParameter], answer[PlaintextRecords.HeaderLength..]);
    }

    [Theory]
    [InlineData(HashKind.Sha256)]
    [InlineData(HashKind.Sha384)]
    [Conformance("RFC 9147", "5.9", "The labels of HKDF-Expand-Label begin with \"dtls13\".", "Sockets.Dtls/Handshake/KeySchedule.cs")]
    public void Section_5_9_Labels_begin_with_dtls13(HashKind hash)
    {
        byte[] secret = new SeededRandom(3).Bytes(CipherSuites.HashLength(hash));
        byte[] derived = new byte[32];
        KeySchedule.ExpandLabel(TestProviders.Default, hash, secret, "key"u8, default, derived);
        byte[] expected = new byte[32];
        TestProviders.Default.HkdfExpand(hash, secret, [0, 32, 9, .. "dtls13key"u8, 0], expected);
        Assert.Equal(expected, derived);
    }

    /// <summary>Both ClientHellos of a client that is given a cookie and nothing else.</summary>
    private static (HelloView First, HelloView Second) Hellos()
    {
        using var pair = new WatchedPair(client: static config => config with { ServerName = "a.example", RequestTickets = true });
        pair.Passes = static (_, _) => false;
        pair.Pair.Start();
        pair.ToClient(HelloView.Retry(0, [1, 2, 3, 4, 5]));
        List<HelloView> hellos = [.. pair.FromClient.SelectMany(static record => record.Fragments()).Select(static fragment => HelloView.Parse(fragment.Body))];
        Assert.Equal(2, hellos.Count);
        return (hellos[0], hellos[1]);
    }
}
