using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Handshake;

/// <summary>What a cookie brings back of a HelloRetryRequest that a stateless server sent and forgot.</summary>
/// <param name="CipherSuite">The suite it chose.</param>
/// <param name="Group">The group it asked for; None when the first share was good.</param>
/// <param name="ClientHelloHash">Hash of the first ClientHello under the suite's hash.</param>
/// <param name="Cookie">The cookie as it was sent.</param>
/// <param name="Created">When it was sent.</param>
internal sealed record RetryState(CipherSuite CipherSuite, NamedGroup Group, byte[] ClientHelloHash, byte[] Cookie, MonotonicTime Created);
