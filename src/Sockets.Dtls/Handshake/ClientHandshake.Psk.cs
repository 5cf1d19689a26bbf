using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>PSKs from the client's side (RFC 8446 §4.2.11): a ticket's, external ones.</content>
internal sealed partial class ClientHandshake
{
    private readonly List<PskOffer> _offers = [];
    private DtlsTicket? _resumed;
    private bool _isFirstSelected;
    private bool _offersEarlyData;
    private bool _isBeforeHello;
    private bool _isVerified;

    /// <summary>Collects what can be offered: the ticket, if it fits, then the external keys.</summary>
    private void PrepareOffers()
    {
        if (Config is { Ticket: { } ticket, UtcNow: { } clock } && ticket.IsUsable(clock()) && Fits(ticket))
        {
            _offers.Add(new PskOffer(Config.Crypto, ticket));
            _offersEarlyData = Config.SendEarlyData && ticket.MaxEarlyDataSize > 0 && OffersSuite(ticket.CipherSuite) && OffersProtocol(ticket.ApplicationProtocol);
        }

        foreach (DtlsPreSharedKey key in Config.PreSharedKeys)
        {
            if (key.IsUsable && OffersSuiteOf(key.Hash))
                _offers.Add(new PskOffer(Config.Crypto, key));
        }
    }

    /// <summary>
    /// Whether a ticket's session meets what this configuration demands: the same name (RFC 8446 §4.6.1), and a peer that was
    /// authenticated by the means that are in force now, an external key or a certificate.
    /// </summary>
    private bool Fits(DtlsTicket ticket)
    {
        if (!string.Equals(ticket.ServerName, Config.ServerName, StringComparison.OrdinalIgnoreCase) || !OffersSuiteOf(CipherSuites.Hash(ticket.CipherSuite)) || !TakesKindOf(ticket.PeerCertificates))
            return false;
        if (Config.PreSharedKeys.Count == 0)
            return ticket.PskIdentity.IsEmpty && ticket.PeerCertificates.Count > 0;
        foreach (DtlsPreSharedKey key in Config.PreSharedKeys)
        {
            if (key.IsUsable && key.Identity.Span.SequenceEqual(ticket.PskIdentity.Span))
                return true;
        }

        return false;
    }

    private bool OffersSuiteOf(HashKind hash)
    {
        foreach (CipherSuite suite in Config.EffectiveCipherSuites)
        {
            if (CipherSuites.Hash(suite) == hash)
                return true;
        }

        return false;
    }

    /// <summary>Ends the ClientHello's extensions, with the offers last (RFC 8446 §4.2.11) and their binders filled in.</summary>
    private void WriteOffers(WireWriter writer, int extensions)
    {
        if (_offers.Count == 0)
        {
            writer.End(extensions, 2);
            return;
        }

        int length = PreSharedKeyExtension.WriteClient(writer, _offers, Config.UtcNow?.Invoke() ?? default);
        writer.End(extensions, 2);
        ReadOnlySpan<byte> truncated = writer.Written[..^length];
        Span<byte> rest = writer.Last(length)[sizeof(ushort)..];
        Span<byte> hash = stackalloc byte[CipherSuites.MaxHashLength];
        foreach (PskOffer offer in _offers)
        {
            int hashLength = CipherSuites.HashLength(offer.Hash);
            Transcript.GetHelloHash(offer.Hash, truncated, writer.Written.Length, hash[..hashLength]);
            KeySchedule.ComputeBinder(Config.Crypto, offer.Hash, offer.EarlySecret, offer.Key?.Kind ?? PskKind.Resumption, hash[..hashLength], rest.Slice(1, hashLength));
            rest = rest[(1 + hashLength)..];
        }
    }

    /// <summary>The server's choice among the offers, before anything depends on it.</summary>
    private ProtocolError HandleSelectedPsk(in ServerHelloMessage message)
    {
        if (!message.Extensions.TryGet(ExtensionType.PreSharedKey, out ReadOnlySpan<byte> content))
        {
            // Whoever was given keys trusts those that have them too, and no certificate instead.
            return Config.PreSharedKeys.Count > 0
                ? new ProtocolError(DtlsFailureReason.NoCommonPreSharedKey, AlertDescription.HandshakeFailure)
                : ProtocolError.None;
        }

        ProtocolError error = PreSharedKeyExtension.ParseServer(content, out ushort index);
        if (error.IsError)
            return error;

        // RFC 8446 §4.2.11: one that was offered, with a suite of its hash.
        if (index >= _offers.Count || _offers[index].Hash != CipherSuites.Hash(message.CipherSuite))
            return ProtocolError.Illegal;
        PskOffer offer = _offers[index];
        UsePsk(offer.EarlySecret);
        _resumed = offer.Ticket;
        _isFirstSelected = index == 0;
        IsResumed = _resumed is not null;
        PskIdentity = _resumed?.PskIdentity ?? offer.Key!.Identity;
        return ProtocolError.None;
    }

    /// <summary>
    /// After EncryptedExtensions: nobody shows a certificate. Those of a resumed session are judged again, since they may have
    /// expired or be trusted no longer.
    /// </summary>
    private void GoOnWithPsk()
    {
        PeerOcspResponse = _resumed?.OcspResponse ?? default;
        if (_resumed is { PeerCertificates: { Count: > 0 } certificates } && _isVerified)
        {
            PeerCertificates.AddRange(certificates);
            State = DtlsState.WaitFinished;
        }
        else if (_resumed is { PeerCertificates: { Count: > 0 } })
            VerifyAgain(_resumed.PeerCertificates, DtlsState.WaitFinished);
        else
            State = DtlsState.WaitFinished;
    }

    /// <inheritdoc/>
    public override ProtocolError CompleteVerification(AlertDescription? rejection)
    {
        if (!_isBeforeHello)
            return base.CompleteVerification(rejection);
        _isBeforeHello = false;
        _isVerified = rejection is null;
        PeerCertificates.Clear();
        PeerOcspResponse = default;
        if (rejection is not null)
        {
            // Who was trusted then is not trusted now; the server may show another certificate in a full handshake.
            _offersEarlyData = false;
            _offers[0].Dispose();
            _offers.RemoveAt(0);
        }

        SendClientHello(default);
        return ProtocolError.None;
    }

    /// <summary>Early data goes out before the server has proven anything anew: the certificates of its session are judged first.</summary>
    private void VerifyBeforeHello(IReadOnlyList<ReadOnlyMemory<byte>> certificates)
    {
        _isBeforeHello = true;
        PeerOcspResponse = _offers[0].Ticket!.OcspResponse;
        VerifyAgain(certificates, DtlsState.WaitServerHello);
    }

    /// <summary>Epoch 1 for writing, over the ClientHello that was just sent.</summary>
    private void OfferEarlyData(ReadOnlySpan<byte> hello)
    {
        PskOffer offer = _offers[0];
        int length = CipherSuites.HashLength(offer.Hash);
        Span<byte> buffer = stackalloc byte[2 * CipherSuites.MaxHashLength];
        Span<byte> secret = buffer.Slice(CipherSuites.MaxHashLength, length);
        Transcript.GetHelloHash(offer.Hash, hello, hello.Length, buffer[..length]);
        KeySchedule.DeriveEarlyTraffic(Config.Crypto, offer.Hash, offer.EarlySecret, buffer[..length], secret);
        LogSecret("CLIENT_EARLY_TRAFFIC_SECRET", secret);
        Host.OfferEarlyData(offer.Ticket!.CipherSuite, secret, offer.Ticket.MaxEarlyDataSize);
        CryptographicOperations.ZeroMemory(buffer);
    }

    private void EndEarlyData(bool isAccepted)
    {
        if (_offersEarlyData)
            Host.DecideEarlyData(isAccepted);
        _offersEarlyData = false;
    }

    private bool OffersSuite(CipherSuite suite)
    {
        foreach (CipherSuite candidate in Config.EffectiveCipherSuites)
        {
            if (candidate == suite)
                return true;
        }

        return false;
    }

    private bool OffersProtocol(DtlsApplicationProtocol protocol)
    {
        foreach (DtlsApplicationProtocol candidate in Config.ApplicationProtocols)
        {
            if (candidate == protocol)
                return true;
        }

        return protocol.IsEmpty;
    }

    private void DropOffersWithout(HashKind hash)
    {
        // RFC 8446 §4.1.4: an offer that does not fit the suite of the HelloRetryRequest is not repeated.
        foreach (PskOffer offer in _offers.FindAll(offer => offer.Hash != hash))
        {
            offer.Dispose();
            _offers.Remove(offer);
        }
    }

    private void DropOffers()
    {
        foreach (PskOffer offer in _offers)
            offer.Dispose();
        _offers.Clear();
    }
}
