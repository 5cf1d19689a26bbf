using System;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.ConnectionIds;

/// <summary>A connected pair with connection IDs, and forges that know them.</summary>
internal sealed class IdentifiedPair : IDisposable
{
    public const int ClientLength = 6;
    public const int ServerLength = 8;

    private const byte NewConnectionId = 10;
    private const byte RequestConnectionId = 9;

    // ClientHello and Finished; ServerHello, EncryptedExtensions, Certificate, CertificateVerify and Finished.
    private int _nextOfClient = 2;
    private ulong _forged = 100;

    public IdentifiedPair(
        int? clientLength = ClientLength,
        int? serverLength = ServerLength,
        Func<DtlsConfig, DtlsConfig>? client = null,
        Func<DtlsConfig, DtlsConfig>? server = null) =>
        Connected = new ConnectedPair(
            client: config => (client?.Invoke(config) ?? config) with { ConnectionIdLength = clientLength },
            server: config => (server?.Invoke(config) ?? config) with { ConnectionIdLength = serverLength });

    public ConnectedPair Connected { get; }

    public DtlsNode ClientNode => Connected.Pair.Client;

    public DtlsNode ServerNode => Connected.Pair.Server;

    public DtlsConnection Client => ClientNode.Connection;

    public DtlsConnection Server => ServerNode.Connection;

    public DtlsNetwork Network => Connected.Pair.Network;

    public byte[] IdOfServer => Server.ConnectionId.ToArray();

    public static string Hex(ReadOnlyMemory<byte> connectionId) => Convert.ToHexString(connectionId.Span);

    /// <summary>A record of the client's that the server has not seen.</summary>
    public byte[] FromClient(byte content, byte[]? connectionId, bool withLength = true, bool wideSequence = true) =>
        Connected.FromClient.Seal(_forged++, RecordForge.ApplicationData, [content], wideSequence, withLength, connectionId: connectionId);

    /// <summary>Gives the server a handshake message as the client's next one.</summary>
    public void SendFromClient(byte type, byte[] body)
    {
        byte[] fragment = PlaintextRecords.Fragment(type, body.Length, _nextOfClient++, 0, body.Length, body);
        byte[]? connectionId = Server.ConnectionId.IsEmpty ? null : IdOfServer;
        Connected.ToServer(Connected.FromClient.Seal(_forged++, RecordForge.Handshake, fragment, connectionId: connectionId));
    }

    public void SendNewConnectionId(byte usage, params byte[][] connectionIds)
    {
        byte[] list = [];
        foreach (byte[] connectionId in connectionIds)
            list = [.. list, (byte)connectionId.Length, .. connectionId];
        SendFromClient(NewConnectionId, [(byte)(list.Length >> 8), (byte)list.Length, .. list, usage]);
    }

    public void SendRequest(byte count) => SendFromClient(RequestConnectionId, [count]);

    public ulong DiscardedByServer(DiscardReason reason, Action action) => Connected.DiscardedByServer(reason, action);

    public void Settle() => Connected.Pair.Settle();

    public void Dispose() => Connected.Dispose();
}
