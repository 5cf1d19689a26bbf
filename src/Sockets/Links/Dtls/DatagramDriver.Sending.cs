using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

internal sealed partial class DatagramDriver
{
    /// <summary>
    /// Taken before <see cref="_gate"/>, never inside it: it covers <see cref="_sendBuffer"/> while the datagram is handed to
    /// the system, so that the loop can decrypt meanwhile.
    /// </summary>
    private readonly Lock _sendGate = new();
    private readonly byte[] _sendBuffer;

    /// <summary>Largest datagram that is sent.</summary>
    public int MaxDatagramSize => _sendBuffer.Length;

    /// <summary>Seals and sends one datagram. Safe from any thread, in the loop too.</summary>
    public DtlsSendOutcome TrySend(DtlsChannel channel, ReadOnlySpan<byte> plaintext)
    {
        if (_gate.IsHeldByCurrentThread)
        {
            // Called by a handler: whoever holds the gate drains afterwards.
            DtlsSendOutcome sealing = TrySeal(channel, plaintext, _driverBuffer, out int sealedLength);
            return sealing == DtlsSendOutcome.Sent && !Transmit(_driverBuffer.AsSpan(0, sealedLength), channel) ? DtlsSendOutcome.WouldBlock : sealing;
        }

        lock (_sendGate)
        {
            DtlsSendOutcome outcome = SealAndDrain(channel, plaintext, _sendBuffer, out int length);
            if (outcome != DtlsSendOutcome.Sent)
                return outcome;
            try
            {
                return Transmit(_sendBuffer.AsSpan(0, length), channel) ? DtlsSendOutcome.Sent : DtlsSendOutcome.WouldBlock;
            }
            catch (ObjectDisposedException)
            {
                return DtlsSendOutcome.NotOpen; // closed by another thread meanwhile
            }
        }
    }

    /// <summary>Blocks until the system has room, perhaps; false when the time is over.</summary>
    public bool WaitForRoom(TimeSpan timeout)
    {
        try
        {
            return _port.Wait(LinkWants.Write, timeout);
        }
        catch (ObjectDisposedException)
        {
            return true; // the caller finds out
        }
    }

    /// <summary>As <see cref="TrySend"/>, but waits for room. Never <see cref="DtlsSendOutcome.WouldBlock"/>.</summary>
    /// <param name="channel">To whom.</param>
    /// <param name="plaintext">The datagram.</param>
    /// <param name="buffer">Holds the sealed datagram until the system has it: <see cref="MaxDatagramSize"/> bytes.</param>
    /// <param name="cancellationToken">Ends the wait; nothing was sent then.</param>
    public async ValueTask<DtlsSendOutcome> SendAsync(DtlsChannel channel, ReadOnlyMemory<byte> plaintext, byte[] buffer, CancellationToken cancellationToken)
    {
        DtlsSendOutcome outcome = SealAndDrain(channel, plaintext.Span, buffer, out int length);
        if (outcome != DtlsSendOutcome.Sent)
            return outcome;
        try
        {
            await _port.SendAsync(buffer.AsMemory(0, length), channel.RemoteAddress, channel.Connection.Path.Local, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            NoteSocketError(exception.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            return DtlsSendOutcome.NotOpen;
        }

        return DtlsSendOutcome.Sent;
    }

    private DtlsSendOutcome SealAndDrain(DtlsChannel channel, ReadOnlySpan<byte> plaintext, Span<byte> destination, out int length)
    {
        lock (_gate)
        {
            DtlsSendOutcome outcome = TrySeal(channel, plaintext, destination, out length);
            if (!_stopped)
                Drain(_clock.Now);
            return outcome;
        }
    }

    private DtlsSendOutcome TrySeal(DtlsChannel channel, ReadOnlySpan<byte> plaintext, Span<byte> destination, out int length)
    {
        length = 0;
        if (_stopped || channel.IsOver)
            return DtlsSendOutcome.NotOpen;
        return channel.Connection.Write(plaintext, _clock.Now, destination, out length) switch
        {
            DtlsWriteResult.Success => DtlsSendOutcome.Sent,
            DtlsWriteResult.NotConnected or DtlsWriteResult.KeyLimitReached => DtlsSendOutcome.NotOpen,
            _ => DtlsSendOutcome.TooLong,
        };
    }

    private bool Transmit(ReadOnlySpan<byte> datagram, DtlsChannel channel) => Transmit(datagram, channel.RemoteAddress, channel.Connection.Path.Local);

    /// <summary>Everything the engine wants to send, answers to everything it asks, until it is quiet; then the timer.</summary>
    private void Drain(MonotonicTime now)
    {
        if (_draining)
            return; // a callback acted on the engine: the drain it was called from goes on
        _draining = true;
        try
        {
            do
            {
                Flush();
            }
            while (PerformRequests(now) | HandleEvents(now));

            _draining = false;
            foreach (DtlsConnection connection in _finished)
                connection.Dispose();
            _finished.Clear();
            if (_stopRequested)
                Stop();
            else
                SetTimer(now);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void Flush()
    {
        while (true)
        {
            DtlsTransmit transmit = _endpoint.PollTransmit(_driverBuffer);
            if (transmit.IsEmpty)
                return;
            SocketAddressFormat.Write(transmit.Path.Remote, _driverDestination);
            Transmit(_driverBuffer.AsSpan(0, transmit.Length), _driverDestination, transmit.Path.Local);
        }
    }

    /// <summary>False: the system has no room now. Every other error is a lost datagram.</summary>
    private bool Transmit(ReadOnlySpan<byte> datagram, SocketAddress destination, in DtlsAddress from)
    {
        _port.Send(datagram, destination, from, out SocketError error);
        if (error is SocketError.Success)
            return true;
        if (error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
            return false;
        NoteSocketError(error);
        return true;
    }
}
