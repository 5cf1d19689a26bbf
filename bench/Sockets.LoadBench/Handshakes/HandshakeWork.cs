using System;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.LoadBench.Handshakes;

/// <summary>
/// Handshakes of two ends in memory: X25519, AES-128-GCM, and full ones with ECDSA on P-256. A resumed one ends with the ticket
/// of the next.
/// </summary>
internal sealed class HandshakeWork : LoadWork
{
    private const int Count = 100;
    private const int DatagramSize = 1200;

    private readonly DtlsTicketKeys? _ticketKeys;
    private DtlsConfig _clientConfig;
    private readonly DtlsEndpoint _server;
    private readonly DtlsPath _toServer = new(DtlsPair.ServerAddress);
    private readonly DtlsPath _toClient = new(DtlsPair.ClientAddress);
    private readonly byte[] _datagram = new byte[DatagramSize];
    private readonly DtlsClientOptions _trust;
    private readonly CryptoProvider _provider;
    private readonly Action _run;
    private readonly bool _withCookie;
    private MonotonicTime _now = new(1);

    /// <param name="provider">The cryptography of both ends.</param>
    /// <param name="withCookie">Whether the client has to return a cookie first.</param>
    /// <param name="isWarm">Whether the client remembers the server's chain.</param>
    /// <param name="isResumed">Whether each handshake resumes the session of the one before.</param>
    public HandshakeWork(CryptoProvider provider, bool withCookie, bool isWarm, bool isResumed = false)
    {
        TestCertificate certificate = TestCertificates.EcdsaP256;
        _provider = provider;
        _trust = new DtlsClientOptions { Trust = PeerTrust.Anchors([TestCertificates.Authority]), TrustCache = isWarm ? new PeerTrustCache() : null };
        _withCookie = withCookie;
        _run = Run;
        var config = new DtlsConfig { Crypto = provider, CipherSuites = [CipherSuite.Aes128GcmSha256], Groups = [NamedGroup.X25519] };
        if (isResumed)
        {
            _ticketKeys = new DtlsTicketKeys(provider);
            config = config with { UtcNow = TimeProvider.System.GetUtcNow, TicketProtector = _ticketKeys, TicketCount = 1, RequestTickets = true };
        }

        _clientConfig = config with { ServerName = TestCertificates.HostName, TicketProtector = null };
        var credential = new DtlsCredential(certificate.Chain, provider.ImportPrivateKey(certificate.PrivateKey));
        _server = new DtlsEndpoint(new DtlsEndpointConfig
        {
            // Without a cookie something else has to prove the client's address, or its flight has to wait.
            Server = config with { Credentials = [credential], DangerousUnlimitedAmplification = !withCookie },
            RequireCookie = withCookie,
        });
        if (isResumed)
            RunOnce(); // a full one, for the first ticket
    }

    public override string Name => $"{(_withCookie ? "with a cookie" : "without cookie")}, {_provider.Name.Split(" over ")[0]}";

    public override void RunSlice(CpuClock clock) => clock.Measure(_run, Count);

    public override void Dispose()
    {
        _server.Dispose();
        _ticketKeys?.Dispose();
        _clientConfig.Ticket?.Dispose();
    }

    private void Run()
    {
        for (int i = 0; i < Count; i++)
            RunOnce();
    }

    private void RunOnce()
    {
        _now += TimeSpan.FromMilliseconds(1);
        using var client = DtlsConnection.CreateClient(_clientConfig, _toServer, _now);
        DtlsConnection? accepted = null;
        var sink = default(NoData);
        bool isClientConnected = false;
        bool isServerConnected = false;
        DtlsTicket? ticket = null;
        while (!isClientConnected || !isServerConnected || (_ticketKeys is not null && ticket is null))
        {
            bool any = false;
            for (DtlsTransmit transmit; !(transmit = client.PollTransmit(_datagram)).IsEmpty; any = true)
                _server.HandleDatagram(_toClient, _datagram.AsSpan(0, transmit.Length), _now, ref sink);
            while (_server.PollEvent(out DtlsEvent dtlsEvent))
            {
                accepted = dtlsEvent.Connection;
                isServerConnected |= dtlsEvent.Kind == DtlsEventKind.Connected;
                if (dtlsEvent.Kind == DtlsEventKind.SignatureRequired && accepted.PendingSignature is { } request)
                    accepted.CompleteSignature(request.Credential.Signer!.Sign(request.Scheme, request.Content.Span), _now);
            }

            for (DtlsTransmit transmit; !(transmit = _server.PollTransmit(_datagram)).IsEmpty; any = true)
                client.HandleDatagram(_toServer, _datagram.AsSpan(0, transmit.Length), _now, ref sink);
            while (client.PollEvent(out DtlsEvent dtlsEvent))
            {
                isClientConnected |= dtlsEvent.Kind == DtlsEventKind.Connected;
                if (dtlsEvent.Kind == DtlsEventKind.TicketReceived)
                    ticket = client.TakeTicket();
                if (dtlsEvent.Kind == DtlsEventKind.CertificateVerificationRequired)
                    client.CompleteCertificateVerification(_trust.CreateVerifier(TestCertificates.HostName).Verify(client.PeerCertificates).IsAccepted ? null : AlertDescription.BadCertificate, _now);
            }

            if (!any)
                throw new InvalidOperationException("The handshake came to rest too early.");
        }

        if (_clientConfig.Ticket is { } used)
        {
            if (!client.IsResumed)
                throw new InvalidOperationException("The session was not resumed.");
            used.Dispose();
        }

        if (ticket is not null)
            _clientConfig = _clientConfig with { Ticket = ticket };

        // The endpoint forgets it when its last datagram and its last event have been taken.
        accepted!.Dispose();
        while (_server.PollEvent(out _) || !_server.PollTransmit(_datagram).IsEmpty)
        {
        }
    }

    private readonly struct NoData : IDtlsSink
    {
        public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data)
        {
        }
    }
}
