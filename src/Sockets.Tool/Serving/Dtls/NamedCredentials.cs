using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Tool.Certificates;

namespace Sockets.Tool.Serving;

/// <summary>Gives each client the certificate for the name it asks for.</summary>
internal static class NamedCredentials
{
    /// <param name="options">The listener's, with all credentials.</param>
    /// <param name="copy">Makes the same options once more.</param>
    /// <param name="refusesUnknown">Whether names that no certificate is for are refused; else they get the first one.</param>
    public static void Apply(DtlsServerOptions options, Func<DtlsServerOptions> copy, bool refusesUnknown)
    {
        if (options.Credentials.Count == 0 || (options.Credentials.Count == 1 && !refusesUnknown))
            return;
        var named = new Dictionary<string, DtlsServerOptions>(StringComparer.OrdinalIgnoreCase);
        DtlsServerOptions? first = null;
        foreach (DtlsCredential credential in options.Credentials)
        {
            DtlsServerOptions chosen = copy();
            chosen.Credentials = [credential];
            chosen.RequireCookie = chosen.MaxEarlyDataSize == 0; // the listener's holds; this one is only checked against the early data
            first ??= chosen;
            foreach (string name in CredentialFiles.NamesOf(credential))
                named.TryAdd(name, chosen);
        }

        options.ServerOptionsSelectionCallback = (hello, _) =>
            ValueTask.FromResult(Find(named, hello.ServerName) ?? (refusesUnknown ? null : first));
    }

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
