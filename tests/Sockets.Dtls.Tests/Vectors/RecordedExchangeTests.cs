using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Handshake.Messages;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Vectors;

/// <summary>
/// Known answers from another implementation: record-number decryption, AEAD, sequence reconstruction, key update up to
/// epoch 5, transcript and Finished, exporter. SOCKETS_VECTORS names the folder they are in.
/// </summary>
public sealed class RecordedExchangeTests
{
    public static TheoryData<string, CipherSuite> Files() => new()
    {
        { "AES-128-GCM", CipherSuite.Aes128GcmSha256 },
        { "AES-256-GCM", CipherSuite.Aes256GcmSha384 },
        { "ChaCha20-Poly1305", CipherSuite.ChaCha20Poly1305Sha256 },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_record_opens_and_holds_what_was_sent(string file, CipherSuite suite) => ForEach(file, suite, static (exchange, _, client, server) =>
    {
        Assert.Equal(exchange.ClientData, client.Data);
        Assert.Equal(exchange.ServerData, server.Data);
        Assert.NotEmpty(client.Data);
        Assert.NotEmpty(server.Data);
        Assert.Equal(5UL, client.NewestEpoch);
        Assert.Equal(4UL, server.NewestEpoch);
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_acknowledgement_names_records_that_were_sent(string file, CipherSuite suite) => ForEach(file, suite, static (_, _, client, server) =>
    {
        Assert.NotEmpty(client.Acknowledgements);
        Assert.NotEmpty(server.Acknowledgements);
        AssertNames(client.Acknowledgements, server.Seen);
        AssertNames(server.Acknowledgements, client.Seen);
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void The_transcript_gives_both_finished_values(string file, CipherSuite suite) => ForEach(file, suite, (exchange, provider, client, server) =>
    {
        using var transcript = new Transcript(provider);
        transcript.Append(client.Messages[0].Type, client.Messages[0].Body);
        transcript.SelectHash(CipherSuites.Hash(suite));
        AssertFinished(transcript, server.Messages, exchange.Secrets["SERVER_HANDSHAKE_TRAFFIC_SECRET"]);
        AssertFinished(transcript, client.Messages[1..], exchange.Secrets["CLIENT_HANDSHAKE_TRAFFIC_SECRET"]);

        void AssertFinished(Transcript running, IEnumerable<(HandshakeType Type, byte[] Body)> messages, byte[] secret)
        {
            using var schedule = new KeySchedule(provider, suite);
            byte[] hash = new byte[schedule.HashLength];
            byte[] expected = new byte[schedule.HashLength];
            foreach ((HandshakeType type, byte[] body) in messages)
            {
                running.GetCurrent(hash);
                running.Append(type, body);
                if (type != HandshakeType.Finished)
                    continue;
                schedule.ComputeFinished(secret, hash, expected);
                Assert.Equal(expected, body);
                return;
            }

            Assert.Fail("There is no Finished.");
        }
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void The_exporter_gives_the_recorded_value(string file, CipherSuite suite) => ForEach(file, suite, (exchange, provider, _, _) =>
    {
        byte[] value = new byte[exchange.ExporterValue.Length];
        Assert.NotEmpty(value);
        KeySchedule.Export(
            provider, suite, exchange.Secrets["EXPORTER_SECRET"], Encoding.ASCII.GetBytes(exchange.ExporterLabel), exchange.ExporterContext, value);
        Assert.Equal(exchange.ExporterValue, value);
    });

    private static void ForEach(string file, CipherSuite suite, Action<RecordedExchange, CryptoProvider, RecordedDirection, RecordedDirection> check)
    {
        foreach (RecordedExchange exchange in RecordedExchange.Load(file))
        {
            foreach (CryptoProvider provider in TestProviders.All.Where(provider => provider.CipherSuites.Contains(suite)))
            {
                using var client = new RecordedDirection(provider, suite, exchange.Secrets["CLIENT_HANDSHAKE_TRAFFIC_SECRET"], exchange.Secrets["CLIENT_TRAFFIC_SECRET_0"]);
                using var server = new RecordedDirection(provider, suite, exchange.Secrets["SERVER_HANDSHAKE_TRAFFIC_SECRET"], exchange.Secrets["SERVER_TRAFFIC_SECRET_0"]);
                foreach ((bool fromClient, byte[] bytes) in exchange.Datagrams)
                    (fromClient ? client : server).Take([.. bytes]);
                check(exchange, provider, client, server);
            }
        }
    }

    private static void AssertNames(List<byte[]> acknowledgements, HashSet<RecordNumber> sent)
    {
        foreach (byte[] content in acknowledgements)
        {
            Assert.True(AckMessage.TryParse(content, out ReadOnlySpan<byte> entries));
            while (!entries.IsEmpty)
                Assert.Contains(AckMessage.Read(ref entries), sent);
        }
    }
}
