using System.Collections.Concurrent;
using System.Security.Authentication;

namespace Sockets.Links.Tls;

/// <summary>
/// The platform keeps a client's sessions for the whole process, by versions, own certificate and server name, and does not
/// ask under which trust they came about. So here each such slot belongs, for good, to the first trust that uses it; contexts
/// with another one connect to that name without resumption. (What a resumed session's server once showed is judged again in
/// any case: this is about not even offering a session that was made under another trust.)
/// </summary>
internal static class TlsSessions
{
    // Far above what the platform keeps; beyond it, nothing new is resumed.
    private const int MaxSlots = 16_384;

    private static readonly ConcurrentDictionary<Slot, TlsTrustIdentity> s_owners = new();

    /// <summary>Whether <paramref name="context"/> may resume sessions with the server of this name.</summary>
    public static bool TryOwn(TlsClientContext context, string name)
    {
        var slot = new Slot(name.ToLowerInvariant(), context.Settings.Versions, context.Certificate?.Identity);
        TlsTrustIdentity trust = context.Settings.TrustIdentity;
        if (s_owners.TryGetValue(slot, out TlsTrustIdentity? owner))
            return owner == trust;
        return s_owners.Count < MaxSlots && s_owners.GetOrAdd(slot, trust) == trust;
    }

    private readonly record struct Slot(string Name, SslProtocols Versions, string? Certificate);
}
