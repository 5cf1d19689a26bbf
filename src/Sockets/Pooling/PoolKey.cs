using System.Net;
using System.Net.Sockets;
using Sockets.Links;

namespace Sockets.Pooling;

/// <summary>
/// What two connections must share so that one can stand for the other: where they lead, and everything that was asked of
/// them on the way, the security first. Providers are equal only to themselves, so a connection made under one trust is
/// never found under another.
/// </summary>
/// <param name="Target">Host in lower case with its port, or the end point.</param>
/// <param name="Transport">What travels below the security.</param>
/// <param name="Links">The security.</param>
/// <param name="LocalEndPoint">Where it was sent from.</param>
/// <param name="NameResolver">Who said where the name is.</param>
/// <param name="PreferredFamily">Which of its addresses came first.</param>
/// <param name="Settings">What was set on its socket.</param>
/// <param name="DrivenByPoll">Whether nothing runs in the background for it.</param>
internal sealed record PoolKey(
    SocketTarget Target,
    SocketTransport Transport,
    ClientLinkProvider Links,
    EndPoint? LocalEndPoint,
    SocketNameResolver NameResolver,
    AddressFamily PreferredFamily,
    SettingsIdentity Settings,
    bool DrivenByPoll)
{
    public static PoolKey Create(SocketTarget target, SocketClientOptions options) => new(
        target.Host is null ? target : target with { Host = target.Host.ToLowerInvariant() },
        options.EffectiveTransport,
        options.Links,
        options.LocalEndPoint,
        options.NameResolver,
        options.PreferredFamily,
        new SettingsIdentity(options.Settings),
        options.DrivenByPoll);
}
