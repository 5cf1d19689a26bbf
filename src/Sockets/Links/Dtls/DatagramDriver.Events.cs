using System;
using System.Threading.Tasks;
using Sockets.Buffers;
using Sockets.Certificates;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

internal sealed partial class DatagramDriver
{
    /// <summary>Acts on a channel's connection: at once, or after the engine's call when a handler asks from inside it.</summary>
    public void Request(DtlsChannel channel, ChannelRequests requests)
    {
        lock (_gate)
        {
            if (_stopped || channel.IsOver)
                return;
            if (channel.Requests == ChannelRequests.None)
                _deferred.Add(channel);
            channel.Requests |= requests;
            if (_insideEngine || _draining)
                return;
            Drain(_clock.Now);
        }

        RunOutside();
    }

    /// <summary>Runs <paramref name="read"/> on the engine's connection, unless it is over.</summary>
    public bool Inspect<TState>(DtlsChannel channel, TState state, Action<DtlsConnection, TState> read)
        where TState : allows ref struct
    {
        lock (_gate)
        {
            if (channel.IsOver)
                return false;
            read(channel.Connection, state);
            return true;
        }
    }

    private bool PerformRequests(MonotonicTime now)
    {
        if (_deferred.Count == 0)
            return false;
        foreach (DtlsChannel channel in _deferred)
        {
            ChannelRequests requests = channel.Requests;
            channel.Requests = ChannelRequests.None;
            if (channel.IsOver)
                continue;
            if ((requests & ChannelRequests.Abort) != 0)
                channel.Connection.Abort(AlertDescription.InternalError, now);
            else if ((requests & ChannelRequests.Cancel) != 0)
                channel.Connection.Abort(AlertDescription.UserCanceled, now);
            else if ((requests & ChannelRequests.Close) != 0)
                channel.Connection.Close(now);
            else
            {
                if ((requests & ChannelRequests.ClientCertificate) != 0)
                    channel.BeginCertificateRequests(now);
                if ((requests & (ChannelRequests.KeyUpdate | ChannelRequests.KeyUpdateOfBoth)) != 0)
                    channel.Connection.RequestKeyUpdate(now, (requests & ChannelRequests.KeyUpdateOfBoth) != 0);
            }
        }

        _deferred.Clear();
        return true;
    }

    private bool HandleEvents(MonotonicTime now)
    {
        bool any = false;
        while (_endpoint.PollEvent(out DtlsEvent dtlsEvent))
        {
            any = true;
            DtlsConnection connection = dtlsEvent.Connection;
            if (dtlsEvent.Kind == DtlsEventKind.Accepted)
            {
                if (Admitting is { } admitting && !admitting())
                    connection.Dispose();
                else
                    AddChannel(connection);
                continue;
            }

            if (connection.UserState is DtlsChannel { IsOver: false } channel)
                HandleEvent(dtlsEvent.Kind, channel, now);
        }

        return any;
    }

    private void HandleEvent(DtlsEventKind kind, DtlsChannel channel, MonotonicTime now)
    {
        DtlsConnection connection = channel.Connection;
        switch (kind)
        {
            case DtlsEventKind.CertificateVerificationRequired:
            case DtlsEventKind.ClientCertificateReceived:
                Later(() => Verify(channel));
                break;
            case DtlsEventKind.SignatureRequired when connection.PendingSignature is { } request:
                Later(() => _ = SignAsync(channel, request));
                break;
            case DtlsEventKind.LookupRequired when connection.PendingLookup is { } lookup:
                Later(() => _ = LookUpAsync(channel, lookup));
                break;
            case DtlsEventKind.ConfigurationRequired when connection.PendingClientHello is { } hello:
                Later(() => _ = SelectAsync(channel, hello));
                break;
            case DtlsEventKind.Connected:
                if (!channel.WasOpen)
                    channel.Open();
                AskForConnectionIds(connection, now);
                var sink = new ChannelSink();
                _insideEngine = true;
                connection.DeliverEarly(now, ref sink);
                _insideEngine = false;
                if (_handler is null && !channel.IsRestored && Accepted is { } accepted && !accepted(channel))
                    connection.Close(now);
                break;
            case DtlsEventKind.WriteKeyUpdated:
                channel.KeysUpdated(sending: true);
                break;
            case DtlsEventKind.PathMtuChanged:
                channel.PathMtuChanged();
                break;
            case DtlsEventKind.ReadKeyUpdated:
                channel.KeysUpdated(sending: false);
                break;
            case DtlsEventKind.PathChanged:
                OnPathChanged(channel);
                break;
            case DtlsEventKind.PathValidationFailed:
                OnPathValidationFailed();
                break;
            case DtlsEventKind.ClientAuthenticated:
                channel.ClientAuthenticated();
                break;
            case DtlsEventKind.EarlyDataReady:
                SendEarlyData(channel, now);
                break;
            case DtlsEventKind.EarlyDataReceived:
                ReceiveEarlyData(channel);
                break;
            case DtlsEventKind.TicketReceived:
                if (connection.TakeTicket() is { } ticket)
                {
                    if (Tickets is { } place)
                        place.Put(ticket, _timeProvider.GetUtcNow());
                    else
                        ticket.Dispose();
                }

                break;
            case DtlsEventKind.PeerClosed:
                // The peer sends no more. Answered with our own close_notify, so that both ends are done with it.
                channel.EndOfData();
                connection.Close(now);
                break;
            case DtlsEventKind.Closed:
                Finish(channel);
                break;
        }
    }

    /// <summary>Header, content type and tag of a record, and some to spare.</summary>
    private const int LargestOverhead = 64;

    /// <summary>The ClientHello was drained: all of the early data behind it, or none.</summary>
    private void SendEarlyData(DtlsChannel channel, MonotonicTime now)
    {
        long length = 0;
        foreach (ReadOnlyMemory<byte> datagram in EarlyData)
        {
            length += datagram.Length;
            if (datagram.IsEmpty || datagram.Length > _firstDatagramSize - LargestOverhead)
                return;
        }

        if (length > channel.Connection.EarlyDataLeft)
            return;
        foreach (ReadOnlyMemory<byte> datagram in EarlyData)
        {
            DatagramOutbox outbox = RoomInOutbox();
            if (channel.Connection.WriteEarlyData(datagram.Span, now, outbox.Free, out int sealedLength) != DtlsWriteResult.Success)
            {
                // Some may have left: the server may take those, and the channel must not say that all were taken or none.
                channel.Connection.Abort(AlertDescription.InternalError, now);
                return;
            }

            Post(outbox, sealedLength, channel.RemoteAddress, channel.Connection.Path.Local);
        }

        channel.HasSentEarlyData = true;
    }

    private void ReceiveEarlyData(DtlsChannel channel)
    {
        while (channel.Connection.TakeEarlyData() is { } datagram)
        {
            try
            {
                (channel.Selection?.EarlyDataReceived ?? EarlyDataReceived)?.Invoke(channel, datagram);
            }
            catch (Exception exception)
            {
                channel.AbortFor(exception);
            }
        }
    }

    private void Finish(DtlsChannel channel)
    {
        _channels.Remove(channel);
        _finished.Add(channel.Connection);
        NoteEnd(channel);
        DtlsException? failure = channel.Connection.Failure is { } reason
            ? FailureText.CreateException(reason, channel, LastSocketError)
            : channel.WasOpen ? null : new DtlsException("The connection was closed during the handshake.");
        bool wasOpen = channel.WasOpen;
        channel.Finish(failure);
        Observer?.OnEnded(channel, failure);
        if (!wasOpen)
            Abandoned?.Invoke();
        if (!wasOpen && channel.Connection.IsResumed)
            Tickets?.Forget(); // the others are of the same session, or not much better
        if (!wasOpen && failure is not null && HandshakeFailed is { } handshakeFailed)
        {
            try
            {
                handshakeFailed(channel.RemoteEndPoint, failure);
            }
            catch (Exception)
            {
                // An observer's exception has nowhere to go and changes nothing.
            }
        }

        if (_port.IsConnected)
            _stopRequested = true; // the socket was this channel's own
    }

    private void Verify(DtlsChannel channel)
    {
        CertificateVerifier verifier = channel.Selection?.Verifier ?? _verifier;
        CertificateVerdict verdict;
        try
        {
            verdict = channel.ReadPeerCertificates(out DtlsCertificateType type, out ReadOnlyMemory<byte> ocspResponse) is var shown && type == DtlsCertificateType.RawPublicKey
                ? verifier.VerifyKey(shown[0].Span)
                : verifier.Verify(shown, ocspResponse);
        }
        catch (Exception exception)
        {
            verdict = CertificateVerdict.Undecided(exception);
        }

        lock (_gate)
        {
            if (_stopped || channel.IsOver)
                return;
            if (!verdict.IsAccepted)
                channel.Faults.Verdict = verdict;
            Answer(channel, verdict, static (connection, verdict, now) => connection.CompleteCertificateVerification(CertificateAlerts.Of(verdict), now));
        }
    }

    private async Task SignAsync(DtlsChannel channel, DtlsSignatureRequest request)
    {
        byte[] signature = [];
        try
        {
            if (request.Credential.Signer is { } signer)
                signature = signer.Sign(request.Scheme, request.Content.Span);
            else if ((channel.Selection is { } selection ? selection.SigningCallback : _signingCallback) is { } callback)
                signature = await callback(request, channel.Lifetime).ConfigureAwait(false) ?? [];
        }
        catch (Exception exception)
        {
            channel.Faults.Signing = exception;
        }

        lock (_gate)
        {
            if (_stopped || channel.IsOver)
                return;
            Answer(channel, signature, static (connection, signature, now) => connection.CompleteSignature(signature, now));
        }
    }

    private void Answer<TAnswer>(DtlsChannel channel, TAnswer answer, Action<DtlsConnection, TAnswer, MonotonicTime> complete)
    {
        MonotonicTime now = _clock.Now;
        try
        {
            complete(channel.Connection, answer, now);
        }
        catch (Exception exception)
        {
            // A callback that the answer led to, mostly. It costs this peer, and nobody else, as in the receive loop.
            InternalErrors++;
            channel.Faults.Engine = exception;
            channel.Connection.Abort(AlertDescription.InternalError, now);
        }

        Drain(now);
    }
}
