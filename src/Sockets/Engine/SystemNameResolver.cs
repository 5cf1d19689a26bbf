using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>
/// getaddrinfo, which blocks its thread and cannot be interrupted. So there is a bounded number of threads for it; who asks for a name
/// that is being looked up waits with the others; what nobody waits for any more before it has begun is forgotten. A name server that
/// never answers thus costs two threads a name, whatever the number of attempts, and none of the thread pool's.
/// </summary>
internal sealed class SystemNameResolver : SocketNameResolver
{
    private const int DefaultMaxThreads = 16;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private readonly Func<string, AddressFamily, IPAddress[]> _lookUp;
    private readonly int _maxThreads;
    private readonly Dictionary<(string Host, AddressFamily Family), NameLookUp> _underWay = [];
    private readonly LinkedList<NameLookUp> _waiting = new();
    private int _threads;
    private int _idle;

    public SystemNameResolver() : this(Dns.GetHostAddresses, DefaultMaxThreads)
    {
    }

    /// <summary>With a blocking look-up of the test's.</summary>
    internal SystemNameResolver(Func<string, AddressFamily, IPAddress[]> lookUp, int maxThreads)
    {
        _lookUp = lookUp;
        _maxThreads = maxThreads;
    }

    internal int Threads
    {
        get
        {
            lock (_gate)
                return _threads;
        }
    }

    /// <summary>Look-ups that have begun or wait to begin.</summary>
    internal int UnderWay
    {
        get
        {
            lock (_gate)
                return _underWay.Count;
        }
    }

    public override async ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        cancellationToken.ThrowIfCancellationRequested();
        if (SpecialName(host, family) is { } special)
            return special;
        NameLookUp lookUp = Join(ToAscii(host).ToLowerInvariant(), family);
        try
        {
            return [.. await lookUp.Answer.WaitAsync(cancellationToken).ConfigureAwait(false)];
        }
        finally
        {
            Leave(lookUp);
        }
    }

    /// <summary>Names that are never asked for (RFC 6761 §6.3, §6.4).</summary>
    private static IPAddress[]? SpecialName(string host, AddressFamily family)
    {
        ReadOnlySpan<char> name = host.AsSpan().TrimEnd('.');
        if (IsUnder(name, "localhost"))
            return [family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback];
        return IsUnder(name, "invalid") ? [] : null;
    }

    private static bool IsUnder(ReadOnlySpan<char> name, string domain) =>
        name.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && (name.Length == domain.Length || name[^(domain.Length + 1)] == '.');

    private static string ToAscii(string host)
    {
        if (Ascii.IsValid(host))
            return host;
        try
        {
            return new IdnMapping().GetAscii(host);
        }
        catch (ArgumentException)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }
    }

    private NameLookUp Join(string host, AddressFamily family)
    {
        lock (_gate)
        {
            if (!_underWay.TryGetValue((host, family), out NameLookUp? lookUp))
            {
                lookUp = new NameLookUp(host, family);
                _underWay.Add((host, family), lookUp);
                _waiting.AddLast(lookUp.Place);
                if (_waiting.Count > _idle && _threads < _maxThreads)
                {
                    new Thread(Work) { IsBackground = true, Name = "Sockets name look-up" }.UnsafeStart();
                    _threads++;
                }
                else
                {
                    Monitor.Pulse(_gate);
                }
            }

            lookUp.Waiters++;
            return lookUp;
        }
    }

    private void Leave(NameLookUp lookUp)
    {
        lock (_gate)
        {
            if (--lookUp.Waiters != 0 || lookUp.Place.List is null)
                return;
            _waiting.Remove(lookUp.Place);
            _underWay.Remove((lookUp.Host, lookUp.Family));
        }
    }

    private void Work()
    {
        while (Take() is { } lookUp)
        {
            IPAddress[]? addresses = null;
            Exception? error = null;
            try
            {
                addresses = _lookUp(lookUp.Host, lookUp.Family);
            }
            catch (Exception exception)
            {
                error = exception;
            }

            // Forgotten before it is answered: who asks from now on gets an answer that is younger than the question.
            lock (_gate)
                _underWay.Remove((lookUp.Host, lookUp.Family));
            lookUp.Complete(addresses, error);
        }
    }

    /// <summary>The next look-up; null when there has been none for a while and the thread is to end.</summary>
    private NameLookUp? Take()
    {
        lock (_gate)
        {
            while (_waiting.First is null)
            {
                _idle++;
                bool pulsed = Monitor.Wait(_gate, IdleTime);
                _idle--;
                if (!pulsed && _waiting.First is null)
                {
                    _threads--;
                    return null;
                }
            }

            NameLookUp lookUp = _waiting.First.Value;
            _waiting.RemoveFirst();
            return lookUp;
        }
    }
}
