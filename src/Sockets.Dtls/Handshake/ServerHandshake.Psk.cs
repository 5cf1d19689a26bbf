using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>PSKs from the server's side (RFC 8446 §4.2.11): a ticket's, external ones.</content>
internal sealed partial class ServerHandshake
{
    /// <summary>Identities of one ClientHello that are looked at: each costs a look-up that anybody can ask for.</summary>
    private const int MaxIdentities = 4;

    private ushort _selectedIdentity;
    private TicketState? _resumed;
    private bool _takesEarlyData;
    private uint _obfuscatedAge;
    private byte[] _replayId = [];

    // The ClientHello, while the driver judges the certificates of the session it resumes, or chooses the configuration.
    private byte[]? _heldHello;

    /// <inheritdoc/>
    public override ProtocolError CompleteVerification(AlertDescription? rejection)
    {
        if (_heldHello is not { } body)
            return base.CompleteVerification(rejection);
        _heldHello = null;
        if (rejection is not null)
        {
            // Who was trusted then is not trusted now: the client may show another certificate in a full handshake.
            DropPsk();
            IsResumed = false;
            Authenticated = null;
            PeerCertificates.Clear();
        }

        ProtocolError error = ClientHelloMessage.TryParse(body, out ClientHelloMessage hello);
        if (!error.IsError)
            error = ServerNegotiation.TryNegotiate(Config, hello, out ServerNegotiation choice) is { IsError: true } failed ? failed : Answer(hello, choice.Share, body);
        return error;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _resumed?.Dispose();
        DropAnswers();
        base.Dispose(disposing);
    }

    /// <summary>
    /// Takes the first PSK that we know and whose binder is right. Without one there is a full handshake, if we have a
    /// certificate for it.
    /// </summary>
    private ProtocolError SelectPsk(in ClientHelloMessage hello, ReadOnlySpan<byte> body)
    {
        if (Config.TicketProtector is null && !Config.HasPreSharedKeys)
            return Group == NamedGroup.None ? ProtocolError.MissingExtension : ProtocolError.None;
        bool takesExchange = false;
        bool takesPskOnly = false;
        if (hello.Extensions.TryGet(ExtensionType.PskKeyExchangeModes, out ReadOnlySpan<byte> content))
        {
            ProtocolError error = PskKeyExchangeModesExtension.Parse(content, out takesExchange, out takesPskOnly);
            if (error.IsError)
                return error;
        }

        // RFC 8446 §4.2.9: tickets that the client cannot resume with are of no use to it.
        ClientTakesTickets = takesExchange || (takesPskOnly && Config.AllowPskWithoutExchange);
        if (Config.TicketProtector is not null)
            TicketBinding = ComputeBinding();
        if (hello.Extensions.TryGet(ExtensionType.PreSharedKey, out content))
        {
            ProtocolError error = PreSharedKeyExtension.ParseClient(content, out PreSharedKeyExtension offers);
            if (error.IsError)
                return error;
            if (!hello.Extensions.Contains(ExtensionType.PskKeyExchangeModes))
                return ProtocolError.MissingExtension; // RFC 8446 §4.2.9
            if (Group == NamedGroup.None ? takesPskOnly : takesExchange)
                error = SelectPsk(offers, body);
            if (error.IsError || HasPsk || PendingLookup is not null)
                return error;
            if (Group == NamedGroup.None || Config.Credentials.Count == 0)
                return RefuseIdentity(offers, body);
        }

        return Config.Credentials.Count > 0
            ? ProtocolError.None
            : new ProtocolError(DtlsFailureReason.NoCommonPreSharedKey, AlertDescription.HandshakeFailure);
    }

    /// <summary>
    /// Where only a PSK will do, an identity that nobody knows is answered as a wrong binder is, after the same work: the
    /// answer does not tell which identities exist (RFC 8446 §4.2.11).
    /// </summary>
    private ProtocolError RefuseIdentity(in PreSharedKeyExtension offers, ReadOnlySpan<byte> body)
    {
        Span<byte> unknown = stackalloc byte[32];
        Config.Crypto.FillRandom(unknown);
        offers.TryGet(0, out _, out _, out ReadOnlySpan<byte> binder);
        CheckBinder(unknown, PskKind.External, binder, body, offers.BindersLength);
        DropPsk();
        return new ProtocolError(DtlsFailureReason.InvalidBinder, AlertDescription.DecryptError);
    }

    private ProtocolError SelectPsk(in PreSharedKeyExtension offers, ReadOnlySpan<byte> body)
    {
        for (int i = 0; i < MaxIdentities && offers.TryGet(i, out ReadOnlySpan<byte> identity, out uint obfuscatedAge, out ReadOnlySpan<byte> binder); i++)
        {
            ProtocolError error = ProtocolError.None;
            if (TryOpenTicket(identity) is { } state)
                error = TryResume(state, identity, binder, body, offers.BindersLength);
            else if (PendingLookup is null && FindKey(identity) is { } key)
                error = TryUseKey(key, binder, body, offers.BindersLength);
            if (error.IsError || PendingLookup is not null)
                return error;
            if (!HasPsk)
                continue;
            _selectedIdentity = (ushort)i;
            _obfuscatedAge = obfuscatedAge;
            if (Config.MaxEarlyDataSize > 0)
                _replayId = HashOf(binder);
            return ProtocolError.None;
        }

        return ProtocolError.None;
    }

    /// <summary>The session of a ticket of ours that may be resumed here and now. Changes nothing.</summary>
    private TicketState? TryOpenTicket(ReadOnlySpan<byte> identity)
    {
        if (Config is not { TicketProtector: { } protector, UtcNow: { } clock })
            return null;
        DateTimeOffset now = clock();
        TicketState? state;
        bool isState;
        if (IsDeferred(DtlsLookupKinds.OpenTicket))
        {
            if (!TryGetAnswer(DtlsLookupKinds.OpenTicket, identity, out DtlsLookup? answer))
                return null;
            isState = TicketState.TryRead(answer.State, out state);
        }
        else
        {
            byte[]? bytes = protector.Unprotect(identity, now);
            isState = TicketState.TryRead(bytes, out state);
            CryptographicOperations.ZeroMemory(bytes);
        }

        if (!isState)
            return null;

        // In force, under a suite of the same hash (RFC 8446 §4.6.1), for the name, the policy and the trust it was made
        // under, and, where an external key was the trust, as long as that key is known.
        if (state!.Expires > now
            && CipherSuites.Hash(state.CipherSuite) == CipherSuites.Hash(CipherSuite)
            && state.Binding.AsSpan().SequenceEqual(TicketBinding)
            && TakesKindOf(state.PeerCertificates)
            && (state.PskIdentity.Length == 0 || FindKey(state.PskIdentity) is not null))
        {
            return state;
        }

        state.Dispose();
        return null;
    }

    private DtlsPreSharedKey? FindKey(ReadOnlySpan<byte> identity)
    {
        DtlsPreSharedKey? found = null;
        foreach (DtlsPreSharedKey key in Config.PreSharedKeys)
        {
            if (found is null && key.Identity.Span.SequenceEqual(identity))
                found = key;
        }

        if (found is null && LookUpKey(identity) is { } candidate && candidate.Identity.Span.SequenceEqual(identity))
            found = candidate;
        return found is { IsUsable: true } && found.Hash == CipherSuites.Hash(CipherSuite) ? found : null;
    }

    private DtlsPreSharedKey? LookUpKey(ReadOnlySpan<byte> identity)
    {
        if (IsDeferred(DtlsLookupKinds.PreSharedKey))
            return TryGetAnswer(DtlsLookupKinds.PreSharedKey, identity, out DtlsLookup? answer) ? answer.Key : null;
        return Config.FindPreSharedKey?.Invoke(identity.ToArray());
    }

    /// <summary>Uses a ticket up, or asks whether it is the first time.</summary>
    private bool TryUseTicket(TicketState state, ReadOnlySpan<byte> identity)
    {
        if (IsDeferred(DtlsLookupKinds.UseTicket))
            return TryGetAnswer(DtlsLookupKinds.UseTicket, identity, out DtlsLookup? answer, state.Issued, state.Expires) && answer.IsFirst;
        return Config.TicketProtector!.TryUse(identity, state.Issued, Config.UtcNow!(), state.Expires);
    }

    private ProtocolError TryResume(TicketState state, ReadOnlySpan<byte> identity, ReadOnlySpan<byte> binder, ReadOnlySpan<byte> body, int bindersLength)
    {
        ProtocolError error = CheckBinder(state.Secret, PskKind.Resumption, binder, body, bindersLength);

        // Only who has the session's secret may use the ticket up.
        if (error.IsError || !TryUseTicket(state, identity))
        {
            DropPsk();
            state.Dispose();
            return error;
        }

        IsResumed = true;
        Authenticated = state.Authenticated;
        PskIdentity = state.PskIdentity;
        _resumed = state;
        return ProtocolError.None;
    }

    private ProtocolError TryUseKey(DtlsPreSharedKey key, ReadOnlySpan<byte> binder, ReadOnlySpan<byte> body, int bindersLength)
    {
        ProtocolError error = CheckBinder(key.Secret, key.Kind, binder, body, bindersLength);
        if (!error.IsError)
            PskIdentity = key.Identity;
        return error;
    }

    /// <summary>Checks a binder (RFC 8446 §4.2.11.2); the handshake goes by the PSK when it is right.</summary>
    private ProtocolError CheckBinder(ReadOnlySpan<byte> psk, PskKind kind, ReadOnlySpan<byte> binder, ReadOnlySpan<byte> body, int bindersLength)
    {
        HashKind hash = CipherSuites.Hash(CipherSuite);
        int length = CipherSuites.HashLength(hash);
        Span<byte> buffer = stackalloc byte[3 * CipherSuites.MaxHashLength];
        Span<byte> early = buffer[..length];
        Span<byte> transcript = buffer.Slice(CipherSuites.MaxHashLength, length);
        Span<byte> expected = buffer.Slice(2 * CipherSuites.MaxHashLength, length);
        KeySchedule.ExtractEarly(Config.Crypto, hash, psk, early);
        Transcript.GetHelloHash(hash, body[..^bindersLength], body.Length, transcript);
        KeySchedule.ComputeBinder(Config.Crypto, hash, early, kind, transcript, expected);
        bool isRight = CryptographicOperations.FixedTimeEquals(expected, binder); // false too when the lengths differ
        if (isRight)
            UsePsk(early);
        CryptographicOperations.ZeroMemory(buffer);
        return isRight ? ProtocolError.None : new ProtocolError(DtlsFailureReason.InvalidBinder, AlertDescription.DecryptError);
    }

    /// <summary>
    /// Takes early data when all of RFC 8446 §4.2.10 and §8 holds: the first identity, a ticket that allows it, the same suite and
    /// protocol, no HelloRetryRequest, an age the client can have, and a ClientHello that was not seen before. The record comes
    /// last: it is the one step that changes something.
    /// </summary>
    private void DecideEarlyData(in ClientHelloMessage hello)
    {
        if (Config is not { MaxEarlyDataSize: > 0, EarlyDataRecord: { } record, UtcNow: { } clock }
            || _resumed is not { MaxEarlyDataSize: > 0, PeerCertificates.Count: 0 } session
            || session.MaxEarlyDataSize > Config.MaxEarlyDataSize // the client would be cut off for what it was allowed
            || _selectedIdentity != 0 || UsedHelloRetryRequest
            || !hello.Extensions.TryGet(ExtensionType.EarlyData, out ReadOnlySpan<byte> content) || !content.IsEmpty
            || session.CipherSuite != CipherSuite || !ApplicationProtocol.Name.SequenceEqual(session.ApplicationProtocol))
        {
            return;
        }

        DateTimeOffset now = clock();
        double claimed = unchecked(_obfuscatedAge - session.AgeAdd); // milliseconds
        DateTimeOffset sent = session.Issued + TimeSpan.FromMilliseconds(claimed);

        // The first time a copy could have been taken: RFC 8446 §8.2, after a restart.
        DateTimeOffset first = sent - Config.EarlyDataWindow;
        if (first < session.Issued)
            first = session.Issued;

        // Remembered for as long as a copy would pass for fresh, on either side of the true age.
        _takesEarlyData = (now - sent).Duration() <= Config.EarlyDataWindow
            && record.RemembersSince <= first
            && TryRecordEarlyData(record, now, now + (2 * Config.EarlyDataWindow) + TimeSpan.FromSeconds(1));
    }

    private bool TryRecordEarlyData(IDtlsReplayRecord record, DateTimeOffset now, DateTimeOffset expires)
    {
        if (IsDeferred(DtlsLookupKinds.RecordEarlyData))
            return TryGetAnswer(DtlsLookupKinds.RecordEarlyData, _replayId, out DtlsLookup? answer, default, expires) && answer.IsFirst;
        return record.TryAdd(_replayId, now, expires);
    }

    /// <summary>Opens epoch 1 for reading, over the transcript through ClientHello.</summary>
    private void InstallEarlyRead()
    {
        Span<byte> buffer = stackalloc byte[2 * CipherSuites.MaxHashLength];
        Span<byte> hash = buffer[..Transcript.Length];
        Span<byte> secret = buffer.Slice(CipherSuites.MaxHashLength, Transcript.Length);
        Transcript.GetCurrent(hash);
        KeySchedule.DeriveEarlyTraffic(Config.Crypto, CipherSuites.Hash(CipherSuite), EarlySecret, hash, secret);
        LogSecret("CLIENT_EARLY_TRAFFIC_SECRET", secret);
        Host.InstallRead(DtlsConnection.EarlyEpoch, secret);
        CryptographicOperations.ZeroMemory(buffer);
    }

    private byte[] HashOf(ReadOnlySpan<byte> value)
    {
        byte[] digest = new byte[32];
        using TranscriptHash hash = Config.Crypto.CreateTranscriptHash(HashKind.Sha256);
        hash.Append(value);
        hash.GetCurrent(digest);
        return digest;
    }

    /// <summary>
    /// What a ticket is bound to: the name the client asked for, which chooses the configuration, the policy of client
    /// certificates, what the driver says of the trust in force, and the certificates of a configuration that was chosen.
    /// </summary>
    private byte[] ComputeBinding()
    {
        byte[] name = Encoding.ASCII.GetBytes(ServerName?.ToLowerInvariant() ?? "");
        Span<byte> prefix = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)name.Length);
        prefix[2] = ServerName is null ? (byte)0 : (byte)1;
        prefix[3] = (byte)Config.ClientAuthentication;
        byte[] binding = new byte[TicketState.BindingLength];
        using TranscriptHash hash = Config.Crypto.CreateTranscriptHash(HashKind.Sha256);
        hash.Append(prefix);
        hash.Append(name);
        hash.Append(Config.TicketContext.Span);
        AppendConfiguration(hash);
        hash.GetCurrent(binding);
        return binding;
    }
}
