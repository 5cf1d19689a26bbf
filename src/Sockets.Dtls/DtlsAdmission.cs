using System;
using System.Collections.Generic;
using System.Threading;

namespace Sockets.Dtls;

/// <summary>
/// Decides which clients may begin a handshake, for one endpoint or for several that share their limits
/// (<see cref="DtlsEndpointConfig.Admission"/>). It keeps nothing of a client that has not returned its cookie, and one entry at
/// most for each connection and for each address that came lately, so that forged addresses cost nothing. Safe from any thread; endpoints that share one must count
/// time from the same origin.
/// </summary>
public sealed class DtlsAdmission
{
    private readonly Lock _gate = new();
    private readonly Dictionary<DtlsAddressBlock, int> _addresses = [];
    private readonly int _perAddress;
    private readonly int _askFrom;
    private readonly long _ticksPerHandshake;
    private readonly DtlsAddressRates? _addressRates;

    /// <summary>When the places that were taken are paid for, at the rate that is allowed.</summary>
    private MonotonicTime _rateHorizon;
    private volatile bool _isOpen = true;
    private volatile bool _isAsking;
    private int _connections;
    private int _handshakes;
    private int _fullAddresses;
    private long _admitted;
    private long _admittedWithoutCookie;
    private long _cookiesSent;
    private long _cookiesRefused;
    private long _refusedByConnections;
    private long _refusedByHandshakes;
    private long _refusedByAddress;
    private long _refusedByRate;
    private long _refusedByAddressRate;
    private long _refusedWhileClosed;

    /// <exception cref="ArgumentException">A limit is out of range, or contradicts another; the message names it.</exception>
    public DtlsAdmission(DtlsAdmissionLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        limits.Validate();
        Limits = limits;
        _perAddress = limits.MaxConnectionsPerAddress ?? int.MaxValue;
        _askFrom = limits.CookieThreshold ?? 0;
        _ticksPerHandshake = limits.MaxHandshakesPerSecond is { } rate ? TimeSpan.TicksPerSecond / rate : 0;
        _addressRates = limits.MaxHandshakesPerSecondPerAddress is { } addressRate ? new DtlsAddressRates(addressRate) : null;
        _isAsking = _askFrom == 0;
    }

    /// <summary>The limits.</summary>
    public DtlsAdmissionLimits Limits { get; }

    /// <summary>False: no handshake begins any more; those that have begun go on.</summary>
    public bool IsOpen
    {
        get => _isOpen;
        set => _isOpen = value;
    }

    /// <summary>Whether new clients are asked for a cookie now.</summary>
    public bool IsAskingForCookies => _isAsking;

    /// <summary>What was counted.</summary>
    public DtlsAdmissionStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                return new DtlsAdmissionStatistics
                {
                    Connections = _connections,
                    Handshakes = _handshakes,
                    Addresses = _addresses.Count,
                    FullAddresses = _fullAddresses,
                    IsAskingForCookies = _isAsking,
                    Admitted = _admitted,
                    AdmittedWithoutCookie = _admittedWithoutCookie,
                    CookiesSent = _cookiesSent,
                    CookiesRefused = _cookiesRefused,
                    RefusedByConnections = _refusedByConnections,
                    RefusedByHandshakes = _refusedByHandshakes,
                    RefusedByAddress = _refusedByAddress,
                    RefusedByRate = _refusedByRate,
                    RefusedByAddressRate = _refusedByAddressRate,
                    RefusedWhileClosed = _refusedWhileClosed,
                };
            }
        }
    }

    /// <summary>A client was asked for a cookie.</summary>
    internal void CountCookieSent() => Interlocked.Increment(ref _cookiesSent);

    /// <summary>A cookie was none of ours, or not this client's.</summary>
    internal void CountCookieRefused() => Interlocked.Increment(ref _cookiesRefused);

    /// <summary>A client was turned away.</summary>
    internal void CountRefusal(DtlsAdmissionVerdict verdict) => Interlocked.Increment(ref CounterOf(verdict));

    /// <summary>Takes a place for a handshake. The caller counts a refusal, if it stays one.</summary>
    /// <param name="address">Of whom.</param>
    /// <param name="isValidated">Whether it has proven to be there; only then it is counted, and only then anything is kept of it.</param>
    /// <param name="hasRoom">Whether the endpoint may have one more handshake.</param>
    /// <param name="now">The time.</param>
    internal DtlsAdmissionVerdict TryEnter(in DtlsAddress address, bool isValidated, bool hasRoom, MonotonicTime now)
    {
        if (!_isOpen)
            return DtlsAdmissionVerdict.Closed;
        lock (_gate)
        {
            if (_connections >= Limits.MaxConnections)
                return DtlsAdmissionVerdict.ConnectionsFull;
            var block = new DtlsAddressBlock(address);
            if (isValidated && _addresses.TryGetValue(block, out int count) && count >= _perAddress)
                return DtlsAdmissionVerdict.AddressFull;
            if (isValidated && _addressRates is { } rates && !rates.HasTurn(block, now))
                return DtlsAdmissionVerdict.AddressTooFast;
            if (isValidated && !HasTurn(now))
                return DtlsAdmissionVerdict.TooFast;

            // Last of all: somebody else's handshake ends for who is told this, and for nobody who cannot come in after all.
            if (!hasRoom || _handshakes >= Limits.MaxHandshakes)
                return DtlsAdmissionVerdict.HandshakesFull;
            _connections++;
            _handshakes++;
            _admitted++;
            if (isValidated)
            {
                Count(block);
                _addressRates?.Take(block, now);
                _rateHorizon += new TimeSpan(_ticksPerHandshake);
            }
            else
            {
                _admittedWithoutCookie++;
            }

            if (_handshakes >= _askFrom)
                _isAsking = true;
            return DtlsAdmissionVerdict.Admitted;
        }
    }

    /// <summary>Takes a place for a connection that goes on here, whose address was proven in its handshake.</summary>
    internal bool TryReturn(in DtlsAddress address)
    {
        lock (_gate)
        {
            if (_connections >= Limits.MaxConnections)
                return false;
            _connections++;
            Count(new DtlsAddressBlock(address));
            return true;
        }
    }

    /// <summary>
    /// Whether an address has had its turns for now. Where load decides, it is asked for a cookie then, since it may be somebody else
    /// who begins handshakes in its name: nobody is turned away who has not proven to be there.
    /// </summary>
    internal bool IsTooFast(in DtlsAddress address, MonotonicTime now)
    {
        if (_addressRates is not { } rates)
            return false;
        lock (_gate)
            return !rates.HasTurn(new DtlsAddressBlock(address), now);
    }

    /// <summary>
    /// A client that was admitted without a cookie has proven by its Finished that it is there. It takes a turn of its address, which those
    /// that come after it wait for. False: its address has too many connections.
    /// </summary>
    internal bool TryValidate(in DtlsAddress address, MonotonicTime now)
    {
        lock (_gate)
        {
            var block = new DtlsAddressBlock(address);
            _addressRates?.Take(block, now);
            if (_addresses.TryGetValue(block, out int count) && count >= _perAddress)
                return false;
            Count(block);
            return true;
        }
    }

    /// <summary>
    /// A client has proven to be at another address, and counts there from now on. False: that has as many connections as it may, so the
    /// client goes on counting where it was. Nobody's connection ends for it, and no address ever has more than it may: else whoever has
    /// two addresses could bring connections in by one of them and keep any number at the other.
    /// </summary>
    internal bool TryMove(in DtlsAddress from, in DtlsAddress to)
    {
        var left = new DtlsAddressBlock(from);
        var entered = new DtlsAddressBlock(to);
        if (left == entered)
            return true;
        lock (_gate)
        {
            if (_addresses.TryGetValue(entered, out int count) && count >= _perAddress)
                return false;
            Count(entered);
            Uncount(left);
            return true;
        }
    }

    /// <summary>A handshake is done, or over.</summary>
    internal void EndHandshake()
    {
        lock (_gate)
        {
            _handshakes--;

            // Half of it, so that a load beside the threshold does not change its mind with every client.
            if (_askFrom > 0 && _handshakes <= _askFrom / 2)
                _isAsking = false;
        }
    }

    /// <summary>A connection is over.</summary>
    /// <param name="validated">The address it was counted for; null: it never proved to be there.</param>
    internal void Leave(DtlsAddress? validated)
    {
        lock (_gate)
        {
            _connections--;
            if (validated is { } address)
                Uncount(new DtlsAddressBlock(address));
        }
    }

    private void Count(in DtlsAddressBlock block)
    {
        ref int count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_addresses, block, out _);
        if (++count == _perAddress)
            _fullAddresses++;
    }

    private void Uncount(in DtlsAddressBlock block)
    {
        int count = _addresses[block];
        if (count == _perAddress)
            _fullAddresses--;
        if (count == 1)
            _addresses.Remove(block);
        else
            _addresses[block] = count - 1;
    }

    /// <summary>A second's worth may come at once; after that each waits for the time its place takes.</summary>
    private bool HasTurn(MonotonicTime now)
    {
        if (_rateHorizon < now)
            _rateHorizon = now;
        return (_rateHorizon - now).Ticks + _ticksPerHandshake <= TimeSpan.TicksPerSecond;
    }

    private ref long CounterOf(DtlsAdmissionVerdict verdict)
    {
        switch (verdict)
        {
            case DtlsAdmissionVerdict.ConnectionsFull:
                return ref _refusedByConnections;
            case DtlsAdmissionVerdict.HandshakesFull:
                return ref _refusedByHandshakes;
            case DtlsAdmissionVerdict.AddressFull:
                return ref _refusedByAddress;
            case DtlsAdmissionVerdict.TooFast:
                return ref _refusedByRate;
            case DtlsAdmissionVerdict.AddressTooFast:
                return ref _refusedByAddressRate;
            default:
                return ref _refusedWhileClosed;
        }
    }
}
