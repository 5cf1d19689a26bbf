using Sockets.Engine;

namespace Sockets.Tests.Proxy;

/// <summary>All that the parser answers.</summary>
internal sealed record ProxyHeaderOutcome(ProxyHeaderStatus Status, int Length, ProxyHeaderProblem Problem, SocketProxyInfo? Info);
