using System;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Resumption;

/// <summary>A resumed session shows no certificate; those it began with are judged again.</summary>
public sealed class ResumedTrustTests
{
    [Fact]
    public void The_client_judges_the_servers_certificate_again_and_may_refuse_it()
    {
        using var rig = new ResumptionRig();
        using DtlsTicket ticket = rig.GetTicket();
        DtlsPair pair = rig.Begin(ticket);
        int judged = 0;
        pair.Client.Verify = connection =>
        {
            judged++;
            Assert.Equal(2, connection.PeerCertificates.Count);
            return AlertDescription.CertificateExpired;
        };
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        Assert.Equal(1, judged);
        Assert.Equal(DtlsFailureReason.CertificateRejected, pair.Client.Log.Failure!.Reason);
        Assert.Equal(AlertDescription.CertificateExpired, pair.Server.Log.Failure!.Alert);
        Assert.DoesNotContain(DtlsEventKind.Connected, pair.Client.Log.Events);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_server_judges_the_clients_certificate_again(bool useEndpoint)
    {
        using ResumptionRig rig = WithClientCertificate(useEndpoint);
        using DtlsTicket ticket = rig.GetTicket();
        DtlsPair pair = rig.Begin(ticket);
        pair.Server.VerificationDelay = TimeSpan.FromSeconds(3); // the client repeats itself meanwhile
        pair.DriveToConnected();
        pair.Settle();
        rig.AssertResumed(true);
        Assert.Single(pair.Server.Log.Events, DtlsEventKind.CertificateVerificationRequired);
        Assert.Equal(TestCertificates.Get(TestCertificateKind.EcdsaP256, 1).Leaf.ToArray(), pair.Server.Connection.PeerCertificates[0].ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_client_that_is_trusted_no_longer_may_show_another_certificate(bool useEndpoint)
    {
        using ResumptionRig rig = WithClientCertificate(useEndpoint);
        using DtlsTicket ticket = rig.GetTicket();
        DtlsPair pair = rig.Begin(ticket);
        int judged = 0;
        pair.Server.Verify = _ => judged++ == 0 ? AlertDescription.CertificateRevoked : null;
        pair.DriveToConnected();
        rig.AssertResumed(false);
        Assert.Equal(2, judged);
        Assert.Equal(2, pair.Server.Connection.PeerCertificates.Count);
    }

    [Fact]
    public void A_ticket_without_certificates_is_not_offered_to_a_server_that_is_trusted_by_certificate()
    {
        using var rig = new ResumptionRig();
        using DtlsTicket ticket = rig.GetTicket();
        using var bare = new DtlsTicket(ticket.CipherSuite, ticket.Secret.Length, ticket.Identity, [])
        {
            ServerName = ticket.ServerName,
            Received = ticket.Received,
            Expires = ticket.Expires,
            AgeAdd = ticket.AgeAdd,
        };
        ticket.Secret.CopyTo(bare.Secret);
        rig.Connect(bare);
        rig.AssertResumed(false);
    }

    private static ResumptionRig WithClientCertificate(bool useEndpoint) => new()
    {
        UseEndpoint = useEndpoint,
        Client = static config => config with { Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 1).ToCredential(config.Crypto)] },
        Server = static config => config with { ClientAuthentication = DtlsClientAuthentication.Required },
    };
}
