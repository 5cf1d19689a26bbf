namespace Sockets.Dtls;

/// <summary>Which end of a handshake a connection is.</summary>
public enum DtlsRole : byte
{
    /// <summary>Sends the ClientHello.</summary>
    Client,

    /// <summary>Answers it.</summary>
    Server,
}
