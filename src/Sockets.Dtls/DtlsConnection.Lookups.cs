using System;
using Sockets.Dtls.Handshake;

namespace Sockets.Dtls;

/// <content>Lookups of a server that take time: <see cref="DtlsConfig.DeferredLookups"/>.</content>
public sealed partial class DtlsConnection
{
    /// <summary>
    /// Server: what the handshake waits for; null when it waits for nothing, or no longer: the connection may have ended between
    /// the event and the question.
    /// </summary>
    public DtlsLookup? PendingLookup => (_machine as ServerHandshake)?.PendingLookup;

    /// <summary>Answers a lookup of <see cref="DtlsLookupKinds.PreSharedKey"/>.</summary>
    /// <param name="lookup">What was asked.</param>
    /// <param name="key">The key of exactly this identity; null: there is none. It must stay undisposed until the handshake is done.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">Nothing of the kind was asked, or it was answered before.</exception>
    public void CompletePreSharedKeyLookup(DtlsLookup lookup, DtlsPreSharedKey? key, MonotonicTime now)
    {
        if (!TryTake(lookup, DtlsLookupKinds.PreSharedKey, out ServerHandshake? machine))
            return;
        lookup.Key = key;
        GoOn(machine!, now);
    }

    /// <summary>Answers a lookup of <see cref="DtlsLookupKinds.OpenTicket"/>.</summary>
    /// <param name="lookup">What was asked.</param>
    /// <param name="state">What <see cref="IDtlsTicketProtector.Protect"/> was given for it; empty: it is no ticket, or none any more. Copied.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">Nothing of the kind was asked, or it was answered before.</exception>
    public void CompleteTicketLookup(DtlsLookup lookup, ReadOnlySpan<byte> state, MonotonicTime now)
    {
        if (!TryTake(lookup, DtlsLookupKinds.OpenTicket, out ServerHandshake? machine))
            return;
        lookup.SetState(state);
        GoOn(machine!, now);
    }

    /// <summary>Answers a lookup of <see cref="DtlsLookupKinds.UseTicket"/> or <see cref="DtlsLookupKinds.RecordEarlyData"/>.</summary>
    /// <param name="lookup">What was asked.</param>
    /// <param name="isFirst">True for exactly one of all that ask for the same, on all servers: the one atomic step.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">Nothing of the kind was asked, or it was answered before.</exception>
    public void CompleteUseLookup(DtlsLookup lookup, bool isFirst, MonotonicTime now)
    {
        if (!TryTake(lookup, DtlsLookupKinds.UseTicket | DtlsLookupKinds.RecordEarlyData, out ServerHandshake? machine))
            return;
        lookup.IsFirst = isFirst;
        GoOn(machine!, now);
    }

    private void GoOn(ServerHandshake machine, MonotonicTime now)
    {
        _now = now;
        Resume(machine.CompleteLookup(), now);
        OpenHeldEarlyData();
    }

    /// <summary>Early data that came behind the ClientHello, before anybody knew whether it is taken.</summary>
    private void OpenHeldEarlyData()
    {
        if (_early is null || IsOver || HoldsEarlyData)
            return;
        var sink = new NoSink();
        _earlyBytes = 0;
        DrainEarly(ref sink);
        Touch();
    }

    /// <summary>Whether records of epoch 1 may be opened later. It is the configuration that is waited for that says how many are taken.</summary>
    private bool HoldsEarlyData =>
        _machine is { State: DtlsState.WaitConfiguration } || (_config.MaxEarlyDataSize > 0 && _machine is { State: DtlsState.WaitLookup });

    /// <summary>Early data does not go to a sink, and nothing else is opened before the handshake is done.</summary>
    private readonly struct NoSink : IDtlsSink
    {
        public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data)
        {
        }
    }

    /// <returns>False: the answer came too late.</returns>
    private bool TryTake(DtlsLookup lookup, DtlsLookupKinds kinds, out ServerHandshake? machine)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        machine = _machine as ServerHandshake;
        if (IsOver)
            return false;
        if (machine?.PendingLookup != lookup || (lookup.Kind & kinds) == 0)
            throw new InvalidOperationException($"No such lookup is pending in state {State}.");
        return true;
    }
}
