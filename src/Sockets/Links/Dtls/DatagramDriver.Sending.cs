using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Buffers;
using Sockets.Dtls;
using Sockets.Platform;

namespace Sockets.Links.Dtls;

internal sealed partial class DatagramDriver
{
    /// <summary>
    /// Taken before <see cref="_gate"/>, never inside it: it covers <see cref="_sendBuffer"/> while the datagram is handed to
    /// the system, so that the loop can decrypt meanwhile.
    /// </summary>
    private readonly Lock _sendGate = new();
    private readonly byte[] _sendBuffer;

    /// <summary>What is sent together at the end of a turn, while there is anything. Under <see cref="_gate"/>.</summary>
    private DatagramOutbox? _outbox;

    /// <summary>Largest datagram that is sent.</summary>
    public int MaxDatagramSize => _sendBuffer.Length;

    /// <summary>Seals and sends one datagram. Safe from any thread, in the loop too.</summary>
    public DtlsSendOutcome TrySend(DtlsChannel channel, ReadOnlySpan<byte> plaintext)
    {
        if (_gate.IsHeldByCurrentThread)
        {
            // Called by a handler: whoever holds the gate drains afterwards, and sends all of it together.
            DatagramOutbox outbox = RoomInOutbox();
            DtlsSendOutcome sealing = TrySeal(channel, plaintext, _clock.Now, outbox.Free, out int sealedLength);
            if (sealing == DtlsSendOutcome.Sent)
                PostOrSend(outbox, sealedLength, channel);
            return sealing;
        }

        Router?.ThrowIfInsideHandler();
        lock (_sendGate)
        {
            UdpPort? closed = null;
            while (true)
            {
                DtlsSendOutcome outcome = SealAndDrain(channel, plaintext, _sendBuffer, out int length, out DatagramWay way);
                if (outcome != DtlsSendOutcome.Sent)
                    return outcome;
                try
                {
                    outcome = Transmit(way.Port, _sendBuffer.AsSpan(0, length), way.To, way.From);
                    if (outcome == DtlsSendOutcome.TooLongForPath)
                        GiveUpPathMtu(channel);
                    return outcome;
                }
                catch (ObjectDisposedException) when (MayHaveMoved(channel, way.Port, closed))
                {
                    closed = way.Port;
                }
                catch (ObjectDisposedException)
                {
                    return DtlsSendOutcome.NotOpen; // closed by another thread meanwhile
                }
            }
        }
    }

    /// <summary>Seals and sends datagrams in order, as many as the system takes now, whole runs with one call.</summary>
    /// <param name="channel">To whom.</param>
    /// <param name="data">The datagrams, one behind the other.</param>
    /// <param name="lengths">Their lengths.</param>
    /// <param name="count">How many were sent. Fewer than given: the outcome is about the next.</param>
    public DtlsSendOutcome TrySendMany(DtlsChannel channel, ReadOnlySpan<byte> data, ReadOnlySpan<int> lengths, out int count)
    {
        count = 0;
        DtlsSendOutcome outcome = DtlsSendOutcome.Sent;
        if (_gate.IsHeldByCurrentThread)
        {
            // Called by a handler: whoever holds the gate sends all of it together afterwards.
            while (count < lengths.Length && (outcome = TrySend(channel, data[..lengths[count]])) == DtlsSendOutcome.Sent)
                data = data[lengths[count++]..];
            return outcome;
        }

        Router?.ThrowIfInsideHandler();
        DatagramOutbox outbox = DatagramOutbox.Rent();
        try
        {
            lock (_sendGate)
            {
                while (outcome == DtlsSendOutcome.Sent && count < lengths.Length)
                {
                    outcome = Seal(channel, data, lengths[count..], outbox, out DatagramWay way);
                    int sent = way.Port.SendMany(outbox.Data, outbox.Lengths, RouteBy(way), out SocketError error);
                    if (error != SocketError.Success && NoteRefusal(error) is DtlsSendOutcome.TooLongForPath)
                        outcome = DtlsSendOutcome.TooLongForPath;
                    foreach (int length in lengths.Slice(count, sent))
                        data = data[length..];
                    count += sent;
                    if (sent < outbox.Count && outcome == DtlsSendOutcome.Sent)
                        outcome = DtlsSendOutcome.WouldBlock; // the next call seals them anew
                    outbox.Clear();
                }
            }
        }
        catch (ObjectDisposedException)
        {
            outcome = DtlsSendOutcome.NotOpen; // closed by another thread meanwhile
        }
        finally
        {
            outbox.Return();
        }

        return outcome;
    }

    /// <summary>As many as have room.</summary>
    private DtlsSendOutcome Seal(DtlsChannel channel, ReadOnlySpan<byte> data, ReadOnlySpan<int> lengths, DatagramOutbox outbox, out DatagramWay way)
    {
        lock (_gate)
        {
            way = WayTo(channel);
            DtlsSendOutcome outcome = DtlsSendOutcome.Sent;
            MonotonicTime now = _clock.Now; // 25 ns, which is much beside a short record
            foreach (int length in lengths)
            {
                Span<byte> room = outbox.Free;
                if (room.Length < MaxDatagramSize)
                    break;
                outcome = TrySeal(channel, data[..length], now, room, out int sealedLength);
                if (outcome != DtlsSendOutcome.Sent)
                    break;
                outbox.Add(sealedLength);
                data = data[length..];
            }

            if (!_stopped)
                Drain(now);
            return outcome;
        }
    }

    private DatagramRoutes RouteBy(in DatagramWay way) =>
        _port.IsConnected ? default : new DatagramRoutes(way.To.Buffer.Span[..way.To.Size], way.Port.SourceOf(way.From));

    /// <summary>The way that what is sealed now takes, whatever becomes of the path before it is sent. Under <see cref="_gate"/>.</summary>
    private DatagramWay WayTo(DtlsChannel channel)
    {
        DtlsAddress from = channel.Connection.Path.Local;
        return new DatagramWay(PortOf(from), from, channel.RemoteAddress);
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
        UdpPort? closed = null;
        while (true)
        {
            DtlsSendOutcome outcome = SealAndDrain(channel, plaintext.Span, buffer, out int length, out DatagramWay way);
            if (outcome != DtlsSendOutcome.Sent)
                return outcome;
            try
            {
                await way.Port.SendAsync(buffer.AsMemory(0, length), way.To, way.From, cancellationToken).ConfigureAwait(false);
                return DtlsSendOutcome.Sent;
            }
            catch (SocketException exception)
            {
                return NoteRefusal(exception.SocketErrorCode);
            }
            catch (ObjectDisposedException) when (MayHaveMoved(channel, way.Port, closed))
            {
                closed = way.Port;
            }
            catch (ObjectDisposedException)
            {
                return DtlsSendOutcome.NotOpen;
            }
        }
    }

    /// <summary>
    /// Whether a datagram's socket was closed because the connection has left it: then it is sealed anew, for the socket that the connection
    /// has now. When that is the closed one again, it was another driver's, which has stopped.
    /// </summary>
    private bool MayHaveMoved(DtlsChannel channel, UdpPort port, UdpPort? closedBefore) => port != closedBefore && !Volatile.Read(ref _stopped) && !channel.IsOver;

    private DtlsSendOutcome SealAndDrain(DtlsChannel channel, ReadOnlySpan<byte> plaintext, Span<byte> destination, out int length, out DatagramWay way)
    {
        lock (_gate)
        {
            way = WayTo(channel);
            MonotonicTime now = _clock.Now;
            DtlsSendOutcome outcome = TrySeal(channel, plaintext, now, destination, out length);
            if (!_stopped)
                Drain(now);
            return outcome;
        }
    }

    /// <summary>What a search has found is more than the system thinks the path carries.</summary>
    private void GiveUpPathMtu(DtlsChannel channel)
    {
        lock (_gate)
        {
            if (_stopped || channel.IsOver)
                return;
            MonotonicTime now = _clock.Now;
            channel.Connection.ReportTooLarge(now);
            Drain(now);
        }
    }

    private DtlsSendOutcome TrySeal(DtlsChannel channel, ReadOnlySpan<byte> plaintext, MonotonicTime now, Span<byte> destination, out int length)
    {
        length = 0;
        if (_stopped || channel.IsOver)
            return DtlsSendOutcome.NotOpen;
        return channel.Connection.Write(plaintext, now, destination, out length) switch
        {
            DtlsWriteResult.Success => DtlsSendOutcome.Sent,
            DtlsWriteResult.NotConnected or DtlsWriteResult.KeyLimitReached => DtlsSendOutcome.NotOpen,
            _ => DtlsSendOutcome.TooLong,
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
                break;
            UdpPort port = PortOf(transmit.Path.Local);
            if (port != _port)
            {
                SendBy(port, _driverBuffer.AsSpan(0, transmit.Length), transmit.Path);
                continue;
            }

            SocketAddressFormat.Write(transmit.Path.Remote, _driverDestination);
            DatagramOutbox outbox = RoomInOutbox();
            _driverBuffer.AsSpan(0, transmit.Length).CopyTo(outbox.Free);
            Post(outbox, transmit.Length, _driverDestination, transmit.Path.Local);
        }

        SendOutbox();
        ReturnOutbox();
    }

    /// <summary>The outbox, with room for one more datagram.</summary>
    private DatagramOutbox RoomInOutbox()
    {
        _outbox ??= DatagramOutbox.Rent();
        if (_outbox.Free.Length < MaxDatagramSize)
            SendOutbox();
        return _outbox;
    }

    /// <summary>What lies in the outbox's free room goes into it, unless another socket has to send it.</summary>
    private void PostOrSend(DatagramOutbox outbox, int length, DtlsChannel channel)
    {
        DtlsPath path = channel.Connection.Path;
        UdpPort port = PortOf(path.Local);
        if (port == _port)
            Post(outbox, length, channel.RemoteAddress, path.Local);
        else
            SendBy(port, outbox.Free[..length], path);
    }

    /// <summary>A datagram was written to the outbox. One that takes another way than the others is sent at once.</summary>
    private void Post(DatagramOutbox outbox, int length, SocketAddress destination, in DtlsAddress from)
    {
        if (!_port.IsConnected)
            outbox.Add(length, destination, _port.SourceOf(from));
        else if (_otherPort is { } other && other.PathAddress == from)
            Transmit(other, outbox.Free[..length], destination, from);
        else
            outbox.Add(length, null, default);
    }

    /// <summary>What the system has no room for is lost, unless the socket waits: the engine sends it again when it is needed.</summary>
    private void SendOutbox()
    {
        if (_outbox is not { Count: > 0 } outbox)
            return;
        _port.SendMany(outbox.Data, outbox.Lengths, outbox.Routes, out SocketError error);
        if (error != SocketError.Success)
            NoteSocketError(error);
        outbox.Clear();
    }

    private void ReturnOutbox()
    {
        _outbox?.Return();
        _outbox = null;
    }

    /// <summary>Every error but two is a lost datagram: the system has no room now, or knows the path to be too narrow.</summary>
    private DtlsSendOutcome Transmit(UdpPort port, ReadOnlySpan<byte> datagram, SocketAddress destination, in DtlsAddress from)
    {
        port.Send(datagram, destination, from, out SocketError error);
        if (error is SocketError.Success)
            return DtlsSendOutcome.Sent;
        if (error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
            return DtlsSendOutcome.WouldBlock;
        return NoteRefusal(error);
    }

    /// <summary>RFC 9147 §4.4: of a datagram that exceeds the path MTU the application is told.</summary>
    private DtlsSendOutcome NoteRefusal(SocketError error)
    {
        NoteSocketError(error);
        return error == SocketError.MessageSize ? DtlsSendOutcome.TooLongForPath : DtlsSendOutcome.Sent;
    }

    private readonly record struct DatagramWay(UdpPort Port, DtlsAddress From, SocketAddress To);
}
