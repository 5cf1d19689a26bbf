namespace Sockets.Dtls;

/// <content>What a <see cref="DtlsEndpoint"/> keeps with each of its connections, instead of tables of its own.</content>
public sealed partial class DtlsConnection
{
    private Warmth _warmth;

    /// <summary>How long ago there was a record, in looks of the owner.</summary>
    private enum Warmth : byte
    {
        /// <summary>What can be given back was given back; the owner does not look.</summary>
        Cold,

        /// <summary>None since the last look.</summary>
        Unused,

        /// <summary>At least one since the last look.</summary>
        Used,
    }

    /// <summary>Whether it waits in the endpoint's queue of connections that may have datagrams.</summary>
    internal bool IsSending { get; set; }

    /// <summary>Whether it waits in the endpoint's queue of connections that may have events.</summary>
    internal bool IsTelling { get; set; }

    /// <summary>Whether the endpoint counts it among the unfinished handshakes.</summary>
    internal bool IsCountedAsHandshake { get; set; }

    /// <summary>Server: the address that its endpoint's admission counts it for, mostly where it is; unspecified as long as the client has not proven to be there.</summary>
    internal DtlsAddress CountedAddress { get; set; }

    /// <summary>Server: its client was admitted without a cookie and has not been counted for its address yet.</summary>
    internal bool IsUncounted { get; set; }

    /// <summary>Server: see <see cref="Refuse"/>.</summary>
    internal bool IsRefused => Failure is { Reason: DtlsFailureReason.TooManyConnections };

    /// <summary>The deadline that stands in the endpoint's timer queue.</summary>
    internal MonotonicTime ScheduledTimeout { get; set; } = MonotonicTime.Never;

    /// <summary>When the cookie was made that a server connection began with; the beginning of time without one.</summary>
    internal MonotonicTime CookieTime { get; private init; } = new(long.MinValue);

    /// <summary>When there was an input last.</summary>
    internal MonotonicTime LastInput => _now;

    /// <summary>Records that were authenticated: tells whether a datagram was this connection's.</summary>
    internal ulong AcceptedRecords => _statistics.RecordsReceived;

    /// <summary>
    /// A datagram that was handed in is given to another connection on the path as well, which counts it: three bytes may leave
    /// for each of its bytes, and not twice three (RFC 9147 §5.1).
    /// </summary>
    internal void GiveUpCredit(int bytes)
    {
        if (!_isAddressValidated)
            _unvalidatedBytesReceived -= bytes;
    }

    /// <summary>The owner looks at this connection now and then.</summary>
    /// <returns>Whether it has had no record since the look before this one, and may give back what it can.</returns>
    internal bool CoolDown()
    {
        _warmth--;
        return _warmth == Warmth.Cold;
    }

    /// <summary>There is a record; beyond the first one since the owner's last look that costs a comparison.</summary>
    private void NoteUse()
    {
        if (_warmth != Warmth.Used)
            BeginUse();
    }

    private void BeginUse()
    {
        if (Owner is not { } owner)
            return;
        if (_warmth == Warmth.Cold)
            owner.OnWarmed(this, _now);
        _warmth = Warmth.Used;
    }

    /// <summary>Ends an unfinished handshake without a word: a newer one needs its place.</summary>
    internal void Displace()
    {
        FailSilently(DtlsFailureReason.Displaced);
        Touch();
    }

    /// <summary>Ends a handshake that was completed from an address that has enough connections.</summary>
    internal void Refuse()
    {
        Fail(DtlsFailureReason.TooManyConnections, AlertDescription.InternalError);
        Touch();
    }

    /// <summary>Ends the connection without a word: another one on the same path has taken its place (RFC 9147 §5.11).</summary>
    internal void Replace()
    {
        if (IsOver)
            return;
        End(DtlsState.Closed, null);
        Touch();
    }
}
