using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Sockets.Certificates;

namespace Sockets;

/// <summary>Which certificate a server shows to whom. Immutable, so that it is swapped as a whole.</summary>
public sealed class TlsServerCertificates
{
    private const string WildcardPrefix = "*.";

    private readonly FrozenDictionary<string, TlsCertificate> _named;
    private readonly FrozenDictionary<string, TlsCertificate>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <summary>Makes the table.</summary>
    /// <param name="default">For clients that name nobody, and for unknown names. Null: those are refused with unrecognized_name.</param>
    /// <param name="named">
    /// By the name a client asks for (SNI): <c>example.com</c>, or <c>*.example.com</c> for exactly one label in the place of the
    /// star. An exact name goes before a star.
    /// </param>
    /// <exception cref="ArgumentException">There is no certificate at all, or a name is not one.</exception>
    public TlsServerCertificates(TlsCertificate? @default, IEnumerable<KeyValuePair<string, TlsCertificate>>? named = null)
    {
        Default = @default;
        var table = new Dictionary<string, TlsCertificate>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, TlsCertificate certificate) in named ?? [])
        {
            ArgumentNullException.ThrowIfNull(certificate, nameof(named));
            if (!table.TryAdd(Normalize(name), certificate))
                throw new ArgumentException($"'{name}' is there twice.", nameof(named));
        }

        if (Default is null && table.Count == 0)
            throw new ArgumentException("A server needs a certificate.", nameof(@default));
        _named = table.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _lookup = _named.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>For clients that name nobody, and for unknown names; null: those are refused.</summary>
    public TlsCertificate? Default { get; }

    /// <summary>By name, as given.</summary>
    public IReadOnlyDictionary<string, TlsCertificate> Named => _named;

    internal IEnumerable<TlsCertificate> All => Default is null ? _named.Values : _named.Values.Prepend(Default);

    /// <summary>Null: nobody of that name is here.</summary>
    internal TlsCertificate? Find(string? serverName)
    {
        if (string.IsNullOrEmpty(serverName) || _named.Count == 0)
            return Default;
        ReadOnlySpan<char> name = serverName;
        if (name[^1] == '.')
            name = name[..^1];
        if (_lookup.TryGetValue(name, out TlsCertificate? exact))
            return exact;
        int dot = name.IndexOf('.');
        if (dot > 0 && _lookup.TryGetValue(string.Concat("*", name[dot..]), out TlsCertificate? starred))
            return starred;
        return Default;
    }

    /// <summary>The same table with what the certificates' files hold now. Throws if any cannot be read, so that it is all or nothing.</summary>
    internal TlsServerCertificates Reload()
    {
        var reloaded = new Dictionary<TlsCertificate, TlsCertificate>(ReferenceEqualityComparer.Instance);
        foreach (TlsCertificate certificate in All)
        {
            if (!reloaded.ContainsKey(certificate))
                reloaded.Add(certificate, certificate.Reload());
        }

        return new TlsServerCertificates(
            Default is null ? null : reloaded[Default],
            _named.Select(pair => KeyValuePair.Create(pair.Key, reloaded[pair.Value])));
    }

    /// <summary>Changes whenever one of the files does.</summary>
    internal string FileVersion() => string.Join('|', All.SelectMany(static certificate => certificate.FileTimes())
        .Select(static file => string.Create(CultureInfo.InvariantCulture, $"{file.Path}@{file.Time.Ticks}")).Distinct(StringComparer.Ordinal));

    private static string Normalize(string name)
    {
        string host = TargetHostName.WithoutTrailingDot(name) ?? string.Empty;
        bool isWildcard = host.StartsWith(WildcardPrefix, StringComparison.Ordinal);
        string rest = isWildcard ? host[WildcardPrefix.Length..] : host;
        if (rest.Length == 0 || rest.Contains('*', StringComparison.Ordinal) || Uri.CheckHostName(TargetHostName.ToAscii(rest)) != UriHostNameType.Dns)
            throw new ArgumentException($"'{name}' is not a DNS name, nor '*.' and one.", nameof(name));
        string ascii = TargetHostName.ToAscii(rest);
        return isWildcard ? WildcardPrefix + ascii : ascii;
    }
}
