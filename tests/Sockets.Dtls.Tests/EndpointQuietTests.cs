using System;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>An endpoint's connections give back what ciphers have made of their keys once they have nothing to do.</summary>
public sealed class EndpointQuietTests
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_quiet_connection_gives_back_its_tables_once_and_goes_on()
    {
        var provider = new CountingProvider();
        using DtlsPair pair = Connect(provider);
        DtlsConnection connection = pair.Server.Connection;
        pair.Settle(TimeSpan.FromSeconds(5));
        int released = provider.Releases;
        Assert.NotEqual(0, released);

        pair.Settle(TimeSpan.FromSeconds(60));
        Assert.Equal(released, provider.Releases);

        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [1, 2, 3]));
        pair.Settle(TimeSpan.FromMilliseconds(500));
        Assert.Equal(released, provider.Releases);
        pair.Settle(TimeSpan.FromSeconds(5));
        Assert.True(provider.Releases > released);
        Assert.Equal(DtlsState.Connected, connection.State);
        Assert.True(pair.Server.RequestKeyUpdate(connection, requestPeerUpdate: true));
        pair.Settle(TimeSpan.FromSeconds(5));
        Assert.Equal(1, pair.Server.Log.Count(DtlsEventKind.WriteKeyUpdated));
        Assert.Equal(1, pair.Server.Log.Count(DtlsEventKind.ReadKeyUpdated));
    }

    [Fact]
    public void A_connection_that_writes_or_reads_now_and_then_keeps_them()
    {
        foreach (bool fromServer in new[] { false, true })
        {
            var provider = new CountingProvider();
            using DtlsPair pair = Connect(provider);
            DtlsNode sender = fromServer ? pair.Server : pair.Client;
            int released = provider.Releases;
            for (int i = 0; i < 20; i++)
            {
                Assert.Equal(DtlsWriteResult.Success, sender.Write(sender.Connection, [1]));
                pair.Settle(Quiet * 0.9);
            }

            Assert.Equal(released, provider.Releases);
        }
    }

    [Fact]
    public void An_endpoint_of_quiet_connections_has_no_deadline_for_them()
    {
        using DtlsPair pair = Connect(new CountingProvider());
        pair.Settle(TimeSpan.FromMinutes(10));
        Assert.Equal(MonotonicTime.Never, pair.Server.Endpoint!.NextTimeout);
        pair.Client.Write(pair.Client.Connection, [1]);
        pair.Settle(TimeSpan.FromMilliseconds(100));
        Assert.NotEqual(MonotonicTime.Never, pair.Server.Endpoint.NextTimeout);
    }

    [Fact]
    public void The_period_has_a_length() =>
        Assert.Throws<ArgumentException>(() => new DtlsEndpointConfig { QuietPeriod = TimeSpan.Zero }.Validate());

    private static DtlsPair Connect(CountingProvider provider)
    {
        DtlsPair pair = DtlsPair.Create(
            server: config => config with { Crypto = provider, CipherSuites = [CipherSuite.Aes128GcmSha256] },
            endpoint: new DtlsEndpointConfig { QuietPeriod = Quiet });
        pair.DriveToConnected();
        return pair;
    }

    private sealed class CountingProvider() : DelegatingCryptoProvider(TestProviders.Default)
    {
        public int Releases { get; set; }

        public override RecordCipher CreateRecordCipher(CipherSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> numberKey) =>
            new CountingCipher(this, base.CreateRecordCipher(suite, key, iv, numberKey));
    }

    private sealed class CountingCipher(CountingProvider provider, RecordCipher inner) : RecordCipher
    {
        public override int Overhead => inner.Overhead;

        public override ulong ConfidentialityLimit => inner.ConfidentialityLimit;

        public override ulong IntegrityLimit => inner.IntegrityLimit;

        public override void Seal(ulong sequence, in RecordHeaderLayout header, ReadOnlySpan<byte> plaintext, byte contentType, Span<byte> record) =>
            inner.Seal(sequence, header, plaintext, contentType, record);

        public override void ComputeMask(ReadOnlySpan<byte> sample, Span<byte> mask) => inner.ComputeMask(sample, mask);

        public override bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> ciphertext) => inner.TryOpen(sequence, header, ciphertext);

        public override void ReleaseTables()
        {
            provider.Releases++;
            inner.ReleaseTables();
        }

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
