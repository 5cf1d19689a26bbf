using System;

namespace Sockets.Links.Dtls;

/// <summary>Either side refused the handshake: another address of the same name would not help. Never leaves this folder.</summary>
internal sealed class HandshakeRefusedException(SocketFailureException failure) : Exception(failure.Message, failure)
{
    public SocketFailureException Failure => failure;
}
