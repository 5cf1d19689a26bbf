using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>
/// Lookups that the driver answers later. The handshake goes back to its ClientHello each time, with one answer more, so that the
/// way through it is the same as without.
/// </content>
internal sealed partial class ServerHandshake
{
    private List<DtlsLookup>? _answers;

    /// <summary>What the handshake waits for.</summary>
    public DtlsLookup? PendingLookup { get; private set; }

    /// <summary>Goes on: the answer is in <see cref="PendingLookup"/>.</summary>
    public ProtocolError CompleteLookup()
    {
        (_answers ??= []).Add(PendingLookup!);
        PendingLookup = null;
        byte[] body = _heldHello!;
        _heldHello = null;
        ProtocolError error = ClientHelloMessage.TryParse(body, out ClientHelloMessage hello);
        if (error.IsError)
            return error;
        error = ServerNegotiation.TryNegotiate(Config, hello, out ServerNegotiation choice);
        return error.IsError ? error : Decide(hello, choice.Share, body);
    }

    private bool IsDeferred(DtlsLookupKinds kind) => (Config.DeferredLookups & kind) != 0;

    /// <summary>The answer to a question, or the question itself, which is <see cref="PendingLookup"/> then.</summary>
    private bool TryGetAnswer(
        DtlsLookupKinds kind, ReadOnlySpan<byte> identity, [NotNullWhen(true)] out DtlsLookup? answer, DateTimeOffset issued = default, DateTimeOffset expires = default)
    {
        answer = null;
        foreach (DtlsLookup known in _answers ?? [])
        {
            if (known.Kind == kind && known.Identity.Span.SequenceEqual(identity))
                answer = known;
        }

        if (answer is null)
            PendingLookup = new DtlsLookup(kind, identity.ToArray(), issued, expires);
        return answer is not null;
    }

    private ProtocolError WaitForLookup(ReadOnlySpan<byte> body)
    {
        _heldHello = body.ToArray();
        State = DtlsState.WaitLookup;
        Host.Raise(DtlsEventKind.LookupRequired);
        return ProtocolError.None;
    }

    private void DropAnswers()
    {
        PendingLookup = null;
        foreach (DtlsLookup answer in _answers ?? [])
            answer.Zero();
        _answers = null;
    }
}
