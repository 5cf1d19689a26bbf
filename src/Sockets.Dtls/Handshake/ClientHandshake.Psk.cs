using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>PSKs from the client's side (RFC 8446 §4.2.11): a ticket's, external ones.</content>
internal sealed partial class ClientHandshake
{
    private readonly List<PskOffer> _offers = [];
    private DtlsTicket? _resumed;

    /// <summary>Collects what can be offered: the ticket, if it fits, then the external keys.</summary>
    private void PrepareOffers()
    {
        if (Config is { Ticket: { } ticket, UtcNow: { } clock } && ticket.IsUsable(clock()) && Fits(ticket))
            _offers.Add(new PskOffer(Config.Crypto, ticket));
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
        if (!string.Equals(ticket.ServerName, Config.ServerName, StringComparison.OrdinalIgnoreCase) || !OffersSuiteOf(CipherSuites.Hash(ticket.CipherSuite)))
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
            Transcript.GetBinderHash(offer.Hash, truncated, writer.Written.Length, hash[..hashLength]);
            KeySchedule.ComputeBinder(Config.Crypto, offer.Hash, offer.EarlySecret, offer.Key is not null, hash[..hashLength], rest.Slice(1, hashLength));
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
        if (_resumed is { PeerCertificates: { Count: > 0 } certificates })
            VerifyAgain(certificates, DtlsState.WaitFinished);
        else
            State = DtlsState.WaitFinished;
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
