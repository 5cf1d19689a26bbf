using System;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Threading;
using Sockets.Links;

namespace Sockets.Engine;

/// <summary>Accepting on the caller's thread, without waiting: the same limits, and handshakes that the caller drives.</summary>
internal sealed partial class AcceptPipeline
{
    // Connections looked at in one call when one after the other is refused.
    private const int Attempts = 64;

    private readonly Lock _retryGate = new();
    private AcceptBackoff? _backoff;
    private long _retryAt = long.MaxValue;

    /// <summary>Whether <see cref="TryTake"/> would look at the backlog at all.</summary>
    public bool CanTake => Gate.IsOpen && RetryAt == long.MaxValue && (_refuseOverLimit || Admission.HasRoom) && _handshakes.CurrentCount > 0;

    /// <summary>After the system had no descriptors left: when to try again. <see cref="long.MaxValue"/>: at any time.</summary>
    public long RetryAt => Volatile.Read(ref _retryAt);

    /// <summary>Ends the pause that <see cref="RetryAt"/> tells of, when it is over.</summary>
    public void CheckRetry()
    {
        if (TimeProvider.GetTimestamp() >= RetryAt)
            Volatile.Write(ref _retryAt, long.MaxValue);
    }

    /// <summary>The next connection of the backlog, if there is one and room for it. Its handshake may not have begun.</summary>
    public bool TryTake(SystemSocket listening, [NotNullWhen(true)] out Socket? socket)
    {
        socket = null;
        CheckRetry();
        for (int attempt = 0; attempt < Attempts && CanTake; attempt++)
        {
            bool hasPlace = Admission.TryEnterAccepted();
            if (!hasPlace && !_refuseOverLimit)
                return false;
            SystemSocket? accepted = AcceptNow(listening, out bool goesOn);
            if (accepted is not null && hasPlace)
            {
                if (Prepare(accepted) is { } transport && TryBegin(transport, out socket))
                    return true;
                continue;
            }

            if (hasPlace)
                Admission.Exit();
            if (accepted is not null)
                Refuse(accepted);
            if (!goesOn)
                return false;
        }

        return false;
    }

    /// <summary>A socket for it; driven by its owner when it needs a header or a handshake.</summary>
    private bool TryBegin(PlainLink transport, [NotNullWhen(true)] out Socket? socket)
    {
        bool isProxied = IsProxied(transport);
        if (Links.IsInstant && !isProxied)
        {
            socket = Adopt(Links.Wrap(transport));
            return true;
        }

        if (!_handshakes.Wait(0))
        {
            // Another thread took the last place since CanTake said that there was one.
            transport.Abort();
            Admission.Exit();
            socket = null;
            return false;
        }

        Counters.HandshakeBegins();
        AcceptingLink link;
        try
        {
            link = new AcceptingLink(transport, this, isProxied);
        }
        catch
        {
            HandshakeEnded();
            transport.Abort();
            Admission.Exit();
            throw;
        }

        Socket accepted = Adopt(link);
        link.Opened = (opened, proxied) =>
        {
            CountAccepted();
            accepted.SetProxied(proxied);
            accepted.ReplaceLink(opened);
        };
        socket = accepted;
        return true;
    }

    private SystemSocket? AcceptNow(SystemSocket listening, out bool goesOn)
    {
        goesOn = true;
        try
        {
            if (listening.Poll(0, SelectMode.SelectRead))
            {
                SystemSocket accepted = listening.Accept();
                _backoff?.Reset();
                return accepted;
            }

            goesOn = false;
        }
        catch (ObjectDisposedException)
        {
            goesOn = false;
        }
        catch (SocketException exception) when (AcceptBackoff.IsOfOneConnection(exception.SocketErrorCode))
        {
            goesOn = exception.SocketErrorCode != SocketError.WouldBlock;
        }
        catch (SocketException exception)
        {
            goesOn = false;
            if (!Gate.IsStopped)
                BackOff(exception);
        }

        return null;
    }

    private void BackOff(SocketException exception)
    {
        CountShortage(exception);
        lock (_retryGate)
        {
            _backoff ??= new AcceptBackoff(TimeProvider);
            Volatile.Write(ref _retryAt, TimeProvider.GetTimestamp() + (long)(_backoff.Next().TotalSeconds * TimeProvider.TimestampFrequency));
        }
    }
}
