using System;
using System.Collections.Generic;

namespace Sockets.Dtls;

/// <content>Connections that go quiet give back what their next record makes anew.</content>
public sealed partial class DtlsEndpoint
{
    // Looked at in one turn; the rest is looked at in the next.
    private const int QuietLooks = 1024;

    // Those that had a record since they last gave back what they can.
    private readonly Queue<DtlsConnection> _warm = new();
    private MonotonicTime _nextLook = MonotonicTime.Never;
    private int _looksLeft;

    /// <summary>
    /// Called with each connection that has gone quiet, inside <see cref="HandleTimeout"/>: whoever keeps buffers for it may give
    /// them back as well.
    /// </summary>
    public Action<DtlsConnection>? WentQuiet { get; set; }

    /// <summary>A connection seals or opens records again.</summary>
    void IConnectionOwner.OnWarmed(DtlsConnection connection, MonotonicTime now)
    {
        _warm.Enqueue(connection);
        if (_nextLook == MonotonicTime.Never)
            _nextLook = now + _config.QuietPeriod;
    }

    private void LookForQuiet(MonotonicTime now)
    {
        if (_looksLeft == 0)
            _looksLeft = _warm.Count;
        for (int i = 0; i < QuietLooks && _looksLeft > 0; i++, _looksLeft--)
        {
            DtlsConnection connection = _warm.Dequeue();
            if (connection.Owner is null)
                continue; // over
            if (!connection.CoolDown())
            {
                _warm.Enqueue(connection);
                continue;
            }

            connection.ReleaseTables();
            WentQuiet?.Invoke(connection);
        }

        _nextLook = _warm.Count == 0 ? MonotonicTime.Never : _looksLeft > 0 ? now : now + _config.QuietPeriod;
    }
}
