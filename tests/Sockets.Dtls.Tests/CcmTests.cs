using System;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>TLS_AES_128_CCM_SHA256: by choice, with limits of its own.</summary>
public sealed class CcmTests
{
    private const CipherSuite Ccm = CipherSuite.Aes128CcmSha256;

    [Fact]
    public void It_connects_where_both_sides_name_it()
    {
        foreach (CryptoProvider provider in TestProviders.All.Where(static provider => provider.CipherSuitesByChoice.Contains(Ccm)))
        {
            using DtlsPair pair = DtlsPair.Create(
                provider,
                client: static config => config with { CipherSuites = [CipherSuite.Aes256GcmSha384, Ccm] },
                server: static config => config with { CipherSuites = [Ccm] });
            pair.DriveToConnected();
            Assert.Equal(Ccm, pair.Server.Connection.CipherSuite);
            byte[] message = new SeededRandom(5).Bytes(900);
            Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, message));
            Assert.True(pair.Client.RequestKeyUpdate(pair.Client.Connection, requestPeerUpdate: true));
            pair.Settle();
            Assert.Equal(DtlsWriteResult.Success, pair.Server.Write(pair.Server.Connection, message));
            pair.Settle();
            Assert.Equal(message, Assert.Single(pair.Server.Log.Received));
            Assert.Equal(message, Assert.Single(pair.Client.Log.Received));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nobody_offers_or_takes_it_by_default(bool clientNamesIt)
    {
        using DtlsPair pair = DtlsPair.Create(
            client: config => config with { CipherSuites = clientNamesIt ? [Ccm] : null },
            server: config => config with { CipherSuites = clientNamesIt ? null : [Ccm] });
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        Assert.Equal(DtlsFailureReason.NoCommonCipherSuite, pair.Server.Log.Failure?.Reason);
        Assert.All(TestProviders.All, static provider => Assert.DoesNotContain(Ccm, provider.CipherSuites));
    }

    /// <summary>RFC 9147 section 4.5.3: 2^23 records sealed, 2^23.5 that fail.</summary>
    [Fact]
    public void Its_limits_are_those_of_the_rfc()
    {
        foreach (CryptoProvider provider in TestProviders.All.Where(static provider => provider.CipherSuitesByChoice.Contains(Ccm)))
        {
            using RecordCipher cipher = provider.CreateRecordCipher(Ccm, new byte[16], new byte[12], new byte[16]);
            Assert.Equal(1UL << 23, cipher.ConfidentialityLimit);
            Assert.Equal((ulong)Math.Pow(2, 23.5), cipher.IntegrityLimit);
        }
    }
}
