using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
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

    /// <summary>Seals and sends one datagram. Safe from any thread, in the loop too. False: the connection is not open.</summary>
    /// <exception cref="ArgumentException">The datagram is longer than the path allows.</exception>
    public bool TrySend(DtlsChannel channel, ReadOnlySpan<byte> plaintext)
    {
        if (_gate.IsHeldByCurrentThread)
        {
            // Called by a handler: whoever holds the gate drains afterwards.
            if (!TrySeal(channel, plaintext, _driverBuffer, out int sealedLength))
                return false;
            Transmit(_driverBuffer.AsSpan(0, sealedLength), channel.RemoteAddress);
            return true;
        }

        lock (_sendGate)
        {
            int length;
            lock (_gate)
            {
                bool isSealed = TrySeal(channel, plaintext, _sendBuffer, out length);
                if (!_stopped)
                    Drain(_clock.Now);
                if (!isSealed)
                    return false;
            }

            try
            {
                Transmit(_sendBuffer.AsSpan(0, length), channel.RemoteAddress);
            }
            catch (ObjectDisposedException)
            {
                return false; // closed by another thread meanwhile
            }

            return true;
        }
    }

    private bool TrySeal(DtlsChannel channel, ReadOnlySpan<byte> plaintext, Span<byte> destination, out int length)
    {
        length = 0;
        if (_stopped || channel.IsOver)
            return false;
        DtlsWriteResult result = channel.Connection.Write(plaintext, _clock.Now, destination, out length);
        return result switch
        {
            DtlsWriteResult.Success => true,
            DtlsWriteResult.NotConnected or DtlsWriteResult.KeyLimitReached => false,
            _ => throw new ArgumentException($"A datagram of {plaintext.Length} bytes is too long for this connection: at most {channel.Connection.MaxPlaintextSize} bytes fit.", nameof(plaintext)),
        };
    }

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
                ArmTimer(now);
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
            Transmit(_driverBuffer.AsSpan(0, transmit.Length), _driverDestination);
        }
    }

    private void Transmit(ReadOnlySpan<byte> datagram, SocketAddress destination)
    {
        if (!_port.Send(datagram, destination, out SocketError error))
            NoteSocketError(error);
    }
}
