using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Tool.Certificates;

namespace Sockets.Tool.Serving;

/// <summary>Gives each client the certificates for the name it asks for, of which it takes what it can verify, and bare keys.</summary>
internal static class NamedCredentials
{
    /// <param name="options">The listener's, with all credentials.</param>
    /// <param name="copy">Makes the same options once more.</param>
    /// <param name="refusesUnknown">Whether names that no certificate is for are refused; else they get the first one.</param>
    public static void Apply(DtlsServerOptions options, Func<DtlsServerOptions> copy, bool refusesUnknown)
    {
        if (options.Credentials.Count == 0 || (options.Credentials.Count == 1 && !refusesUnknown))
            return;
        (DtlsCredential Credential, HashSet<string> Names)[] all =
            [.. options.Credentials.Select(static credential => (credential, CredentialFiles.NamesOf(credential).ToHashSet(StringComparer.OrdinalIgnoreCase)))];
        DtlsServerOptions Choose(Func<HashSet<string>, bool> isChosen)
        {
            DtlsServerOptions chosen = copy();
            chosen.Credentials =
            [
                .. all.Where(entry => !IsBare(entry.Credential) && isChosen(entry.Names)).Select(static entry => entry.Credential),
                .. options.Credentials.Where(IsBare), // they have no names, and are for clients that pin keys
            ];
            chosen.RequireCookie = chosen.MaxEarlyDataSize == 0; // the listener's holds; this one is only checked against the early data
            return chosen;
        }

        var named = new Dictionary<string, DtlsServerOptions>(StringComparer.OrdinalIgnoreCase);
        foreach (string name in all.SelectMany(static entry => entry.Names))
        {
            if (!named.ContainsKey(name))
                named.Add(name, Choose(names => names.Contains(name)));
        }

        HashSet<string>? first = all.FirstOrDefault(static entry => !IsBare(entry.Credential)).Names;
        DtlsServerOptions? other = refusesUnknown ? null : Choose(names => names.SetEquals(first!));
        options.ServerOptionsSelectionCallback = (hello, _) => ValueTask.FromResult(Find(named, hello.ServerName) ?? other);
    }

    private static bool IsBare(DtlsCredential credential) => credential.CertificateType != DtlsCertificateType.X509;

    /// <summary>A wildcard stands for the first label (RFC 6125 §6.4.3).</summary>
    private static DtlsServerOptions? Find(Dictionary<string, DtlsServerOptions> named, string? name)
    {
        if (name is null)
            return null;
        if (named.TryGetValue(name, out DtlsServerOptions? chosen))
            return chosen;
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 ? named.GetValueOrDefault($"*{name[dot..]}") : null;
    }
}
