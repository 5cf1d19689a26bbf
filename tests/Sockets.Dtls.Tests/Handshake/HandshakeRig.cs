using System;
using System.Linq;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Tests.Authentication;

namespace Sockets.Dtls.Tests.Handshake;

/// <summary>One changed message of a handshake, and what its receiver says to it.</summary>
internal sealed class HandshakeRig(Func<DtlsConfig, DtlsConfig>? client = null, Func<DtlsConfig, DtlsConfig>? server = null) : IDisposable
{
    private readonly MachinePair _pair = new(client, server);

    public ClientHandshake Client => _pair.Client;

    public ServerHandshake Server => _pair.Server;

    /// <summary>What the server says to a changed ClientHello.</summary>
    public ProtocolError Offer(Func<byte[], byte[]> change) => Run(HandshakeType.ClientHello, change).ServerError;

    /// <summary>What the client says to a changed ServerHello or HelloRetryRequest.</summary>
    public ProtocolError Hello(Func<byte[], byte[]> change) => Run(HandshakeType.ServerHello, change).ClientError;

    /// <summary>What the client says to these extensions in the place of what the server answers.</summary>
    public ProtocolError AnswerWith(byte[] extensions) =>
        Run(HandshakeType.EncryptedExtensions, _ => [(byte)(extensions.Length >> 8), (byte)extensions.Length, .. extensions]).ClientError;

    /// <summary>What the server's EncryptedExtensions says of an extension; null when it does not.</summary>
    public byte[]? Answer(ushort type)
    {
        ReadOnlySpan<byte> rest = _pair.Sent.Single(static message => message.Type == HandshakeType.EncryptedExtensions).Body.AsSpan(2);
        while (!rest.IsEmpty)
        {
            int length = (rest[2] << 8) | rest[3];
            if (((rest[0] << 8) | rest[1]) == type)
                return rest.Slice(4, length).ToArray();
            rest = rest[(4 + length)..];
        }

        return null;
    }

    public void Dispose() => _pair.Dispose();

    private MachinePair Run(HandshakeType changed, Func<byte[], byte[]> change)
    {
        _pair.Tamper = (type, body) => type == changed ? change(body) : body;
        _pair.Run();
        return _pair;
    }
}
