using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>
/// ClientHellos of clients that are not known: no state is kept before the cookie comes back (RFC 9147 §5.1), but for
/// one bounded cache of ClientHellos larger than a datagram.
/// </content>
public sealed partial class DtlsEndpoint
{
    // A client that numbers its first records higher than this wants to see us run out of numbers.
    private const ulong MaxFirstRecord = 1UL << 32;

    // Stateless answers that wait to be polled; more are dropped, the client will ask again.
    private const int MaxStatelessAnswers = 256;

    private readonly DtlsAdmission _admission;
    private readonly CookieJar? _cookies;
    private readonly ClientHelloCache? _helloCache;
    private readonly Queue<(DtlsPath Path, byte[] Datagram)> _stateless = new();
    private readonly WireWriter _writer = new();

    // Server connections in the order they began; those whose handshake is done are skipped.
    private readonly Queue<DtlsConnection> _unfinished = new();

    private void HandleClientHello(
        in DtlsPath path, int datagramLength, ulong recordSequence, ReadOnlySpan<byte> fragments, MonotonicTime now)
    {
        if (_config.Server is not { } server)
        {
            _statistics.Discard(DiscardReason.NotAServer);
            return;
        }

        while (!fragments.IsEmpty)
        {
            if (!FragmentHeader.TryRead(fragments, out FragmentHeader header)
                || header.FragmentLength > fragments.Length - FragmentHeader.Length
                || header.Offset + header.FragmentLength > header.MessageLength
                || header.Type != HandshakeType.ClientHello
                || header.MessageSequence > 1)
            {
                _statistics.Discard(DiscardReason.InvalidClientHello);
                return;
            }

            ReadOnlySpan<byte> fragment = fragments.Slice(FragmentHeader.Length, header.FragmentLength);
            fragments = fragments[(FragmentHeader.Length + header.FragmentLength)..];
            if (header.FragmentLength == header.MessageLength)
            {
                HandleWholeClientHello(new Hello(path, header.MessageSequence, recordSequence, datagramLength, now), server, fragment);
            }
            else if (_helloCache!.TryAdd(path, header, fragment, recordSequence, datagramLength, now, out ReadOnlySpan<byte> whole, out int received, out bool mayBeMixed))
            {
                try
                {
                    HandleWholeClientHello(new Hello(path, header.MessageSequence, recordSequence, received, now), server, whole, mayBeMixed);
                }
                finally
                {
                    _helloCache.Remove(path); // also when an application's callback throws: the next fragment is no second ClientHello
                }
            }

            datagramLength = 0; // counted once
        }
    }

    private void HandleWholeClientHello(in Hello context, DtlsConfig server, ReadOnlySpan<byte> body, bool mayBeMixed = false)
    {
        ProtocolError error = ClientHelloMessage.TryParse(body, out ClientHelloMessage message);
        if (!error.IsError)
        {
            bool hasCookie = message.Extensions.TryGet(ExtensionType.Cookie, out ReadOnlySpan<byte> content);

            // Where load decides, a path that is somebody's is proven all the same: nobody else shall end what runs there. And so is an
            // address that is too fast: it may not be the one that is.
            bool isAsked = _config.RequireCookie
                && (hasCookie || _admission.IsAskingForCookies || _routes.ContainsKey(context.Path) || _admission.IsTooFast(context.Path.Remote, context.Now));
            if (!isAsked)
                Admit(context, server, null, body);
            else if (hasCookie)
                error = AcceptWithCookie(context, server, message, content, body);
            else
                error = AskForCookie(context, server, message, body);
        }

        if (!error.IsError)
            return;
        if (error.Reason == DtlsFailureReason.InvalidCookie)
            _admission.CountCookieRefused();
        _statistics.Discard(error.Reason == DtlsFailureReason.InvalidCookie ? DiscardReason.InvalidCookie : DiscardReason.InvalidClientHello);

        // What is wrong may be that its parts are of two ClientHellos. They are forgotten, and those of the next transmission tell.
        if (!mayBeMixed)
            AnswerWithAlert(context, error.Alert);
    }

    /// <summary>Answers with a HelloRetryRequest whose cookie holds everything we would otherwise remember.</summary>
    private ProtocolError AskForCookie(in Hello context, DtlsConfig server, in ClientHelloMessage message, ReadOnlySpan<byte> body)
    {
        if (context.MessageSequence != 0)
            return new ProtocolError(DtlsFailureReason.InvalidCookie, AlertDescription.IllegalParameter);
        ProtocolError error = ServerNegotiation.TryNegotiate(server, message, out ServerNegotiation choice);
        if (error.IsError)
            return error;

        HashKind hash = CipherSuites.Hash(choice.CipherSuite);
        Span<byte> helloHash = stackalloc byte[CipherSuites.MaxHashLength];
        helloHash = helloHash[..CipherSuites.HashLength(hash)];
        using (var transcript = new Transcript(server.Crypto))
        {
            transcript.SelectHash(hash);
            transcript.Append(HandshakeType.ClientHello, body);
            transcript.GetCurrent(helloHash);
        }

        NamedGroup group = choice.Share.IsEmpty ? choice.Group : NamedGroup.None;
        Span<byte> cookie = stackalloc byte[CookieJar.MaxLength];
        int length = _cookies!.Write(context.Path, message, choice.CipherSuite, group, helloHash, context.Now, cookie);
        _writer.Clear();
        ServerHelloMessage.WriteRetry(_writer, choice.CipherSuite, group, cookie[..length]);
        AnswerWithMessage(context, HandshakeType.ServerHello, _writer.Written);
        _admission.CountCookieSent();
        return ProtocolError.None;
    }

    private ProtocolError AcceptWithCookie(
        in Hello context, DtlsConfig server, in ClientHelloMessage message, ReadOnlySpan<byte> content, ReadOnlySpan<byte> body)
    {
        ProtocolError error = CookieExtension.Parse(content, out ReadOnlySpan<byte> cookie);
        if (error.IsError)
            return error;

        // RFC 9147 §5.1: a wrong cookie ends the handshake, so that the client starts afresh without one.
        if (context.MessageSequence != 1 || !_cookies!.TryRead(context.Path, message, cookie, context.Now, out RetryState? retry))
            return new ProtocolError(DtlsFailureReason.InvalidCookie, AlertDescription.IllegalParameter);
        Admit(context, server, retry, body);
        return ProtocolError.None;
    }

    private void Admit(in Hello context, DtlsConfig server, RetryState? retry, ReadOnlySpan<byte> body)
    {
        _routes.TryGetValue(context.Path, out Route route);
        if (retry is not null && route.Newest is { } newest
            && (retry.Created < newest.CookieTime || body.Slice(2, 32).SequenceEqual(newest.ClientRandom)))
        {
            // Somebody repeats an older ClientHello whose cookie is still good, or the last one in fragments.
            _statistics.Discard(DiscardReason.InvalidCookie);
            return;
        }

        if (!TryEnter(context, isValidated: retry is not null))
            return;

        if (route.Successor is { } abandoned)
        {
            // The client has started yet again: what it began before is over.
            abandoned.Replace();
            SetRoute(context.Path, route = new Route(route.Connection));
        }

        DtlsConnection connection;
        try
        {
            // Our HelloRetryRequest had the record number of the first ClientHello, so the second one's is free.
            connection = retry is not null
                ? DtlsConnection.CreateServer(server, context.Path, context.Now, this, retry, body, Math.Min(context.RecordSequence, MaxFirstRecord))
                : DtlsConnection.CreateServer(server, context.Path, context.Now, this, body, context.BytesReceived);
        }
        catch
        {
            // A callback of the application, mostly. Whoever makes it throw shall not fill the server with places that nobody has.
            _admission.EndHandshake();
            _admission.Leave(retry is null ? null : context.Path.Remote);
            throw;
        }

        SetRoute(context.Path, route.Connection is { } old ? new Route(old, connection) : new Route(connection));
        _accepted.Enqueue(new DtlsEvent(DtlsEventKind.Accepted, connection));
        connection.IsUncounted = retry is null;
        connection.CountedAddress = retry is null ? default : context.Path.Remote;
        Adopt(connection);
    }

    /// <summary>Takes a place for a handshake, or counts why there is none.</summary>
    private bool TryEnter(in Hello context, bool isValidated)
    {
        DtlsAdmissionVerdict verdict = Ask(context, isValidated);

        // Whoever returns cookies and goes no further shall not keep others out until its handshakes time out.
        if (verdict == DtlsAdmissionVerdict.HandshakesFull && isValidated && TryDisplaceOldestHandshake())
            verdict = Ask(context, isValidated);
        if (verdict == DtlsAdmissionVerdict.Admitted)
            return true;
        _admission.CountRefusal(verdict);
        _statistics.Discard(DiscardReason.LimitReached);
        return false;
    }

    private DtlsAdmissionVerdict Ask(in Hello context, bool isValidated) => ConnectionCount >= _config.MaxConnections
        ? DtlsAdmissionVerdict.ConnectionsFull
        : _admission.TryEnter(context.Path.Remote, isValidated, HandshakeCount < _config.MaxHandshakes, context.Now);

    /// <summary>A client that was not asked for a cookie has proven by its Finished that it is there: its address may have enough connections.</summary>
    private void CountAddress(DtlsConnection connection)
    {
        connection.IsUncounted = false;
        if (_admission.TryValidate(connection.Path.Remote, connection.LastInput))
        {
            connection.CountedAddress = connection.Path.Remote;
            return;
        }

        _admission.CountRefusal(DtlsAdmissionVerdict.AddressFull);
        connection.Refuse();
    }

    private bool TryDisplaceOldestHandshake()
    {
        while (_unfinished.TryDequeue(out DtlsConnection? oldest))
        {
            if (!oldest.IsCountedAsHandshake)
                continue; // done, or over
            EndHandshakeCount(oldest);
            oldest.Displace();
            return true;
        }

        return false;
    }

    /// <summary>Remembers the order in which handshakes began, and drops those that are done.</summary>
    private void RememberUnfinished(DtlsConnection connection)
    {
        if (_unfinished.Count >= 2 * _config.MaxHandshakes)
        {
            for (int i = _unfinished.Count; i > 0; i--)
            {
                DtlsConnection candidate = _unfinished.Dequeue();
                if (candidate.IsCountedAsHandshake)
                    _unfinished.Enqueue(candidate);
            }
        }

        _unfinished.Enqueue(connection);
    }

    private void AnswerWithMessage(in Hello context, HandshakeType type, ReadOnlySpan<byte> body)
    {
        byte[] content = new byte[FragmentHeader.Length + body.Length];
        new FragmentHeader(type, body.Length, 0, 0, body.Length).Write(content);
        body.CopyTo(content.AsSpan(FragmentHeader.Length));
        Answer(context, ContentType.Handshake, content);
    }

    private void AnswerWithAlert(in Hello context, AlertDescription alert)
    {
        const byte fatal = 2;
        Answer(context, ContentType.Alert, [fatal, (byte)alert]);
    }

    private void Answer(in Hello context, ContentType type, ReadOnlySpan<byte> content)
    {
        int length = PlaintextHeader.Length + content.Length;
        if (_stateless.Count >= MaxStatelessAnswers || length > DtlsConnection.AmplificationLimit * context.BytesReceived)
        {
            _statistics.Discard(DiscardReason.LimitReached);
            return;
        }

        byte[] datagram = new byte[length];
        PlaintextHeader.Write(datagram, type, context.RecordSequence, content.Length);
        content.CopyTo(datagram.AsSpan(PlaintextHeader.Length));
        _stateless.Enqueue((context.Path, datagram));
    }

    private DtlsTransmit PollStateless(Span<byte> destination)
    {
        if (!_stateless.TryPeek(out (DtlsPath Path, byte[] Datagram) answer) || answer.Datagram.Length > destination.Length)
            return default;
        _stateless.Dequeue();
        answer.Datagram.CopyTo(destination);
        _statistics.DatagramsSent++;
        _statistics.BytesSent += (ulong)answer.Datagram.Length;
        _statistics.RecordsSent++;
        return new DtlsTransmit(answer.Datagram.Length, answer.Datagram.Length, answer.Path);
    }

    /// <summary>What is known of a ClientHello besides its body.</summary>
    /// <param name="Path">Where it came from.</param>
    /// <param name="MessageSequence">message_seq: 0 for the first, 1 for the one that answers a HelloRetryRequest.</param>
    /// <param name="RecordSequence">Sequence number of its (last) record.</param>
    /// <param name="BytesReceived">Bytes of its datagrams.</param>
    /// <param name="Now">When it came.</param>
    private readonly record struct Hello(DtlsPath Path, ushort MessageSequence, ulong RecordSequence, int BytesReceived, MonotonicTime Now);
}
