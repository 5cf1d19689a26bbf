using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Authentication;

/// <summary>
/// A client's and a server's handshake without records between them: every message passes through <see cref="Tamper"/>, so
/// that a peer can say what ours never says. Ends at the first error.
/// </summary>
internal sealed class MachinePair : IDisposable
{
    private readonly Queue<(bool ToServer, HandshakeType Type, byte[] Body)> _wire = new();

    public MachinePair(Func<DtlsConfig, DtlsConfig>? client = null, Func<DtlsConfig, DtlsConfig>? server = null)
    {
        DtlsConfig clientConfig = DtlsPair.Config(TestProviders.Default, 1);
        DtlsConfig serverConfig = DtlsPair.Config(TestProviders.Default, 2);
        serverConfig = serverConfig with { Credentials = [TestCertificates.EcdsaP256.ToCredential(serverConfig.Crypto)] };
        Client = new ClientHandshake(client?.Invoke(clientConfig) ?? clientConfig, new Host(this, toServer: true));
        Server = new ServerHandshake(server?.Invoke(serverConfig) ?? serverConfig, new Host(this, toServer: false));
    }

    public ClientHandshake Client { get; }

    public ServerHandshake Server { get; }

    /// <summary>Changes the body of a message on its way; null drops it.</summary>
    public Func<HandshakeType, byte[], byte[]?> Tamper { get; set; } = static (_, body) => body;

    /// <summary>Changes the type of a message on its way.</summary>
    public Func<HandshakeType, HandshakeType> Retype { get; set; } = static type => type;

    /// <summary>Every message that was sent, as it was sent.</summary>
    public List<(bool ToServer, HandshakeType Type, byte[] Body)> Sent { get; } = [];

    public ProtocolError ClientError { get; private set; }

    public ProtocolError ServerError { get; private set; }

    public bool IsComplete => Client.IsComplete && Server.IsComplete;

    public void Run()
    {
        Client.Start();
        while (!ClientError.IsError && !ServerError.IsError)
        {
            if (Client.IsSuspended)
                ClientError = Answer(Client);
            else if (Server.IsSuspended)
                ServerError = Answer(Server);
            else if (_wire.TryDequeue(out (bool ToServer, HandshakeType Type, byte[] Body) message))
                Deliver(message);
            else
                return;
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }

    private static ProtocolError Answer(HandshakeMachine machine)
    {
        if (machine.State == DtlsState.WaitCertificateVerification)
            return machine.CompleteVerification(null);
        DtlsSignatureRequest request = machine.PendingSignature!;
        return machine.CompleteSignature(request.Credential.Signer!.Sign(request.Scheme, request.Content.Span));
    }

    private void Deliver((bool ToServer, HandshakeType Type, byte[] Body) message)
    {
        if (Tamper(message.Type, message.Body) is not { } body)
            return;
        if (message.ToServer)
            ServerError = Server.Handle(Retype(message.Type), body);
        else
            ClientError = Client.Handle(Retype(message.Type), body);
    }

    private sealed class Host(MachinePair pair, bool toServer) : IHandshakeHost
    {
        public void BeginFlight()
        {
        }

        public void Send(HandshakeType type, ReadOnlySpan<byte> body)
        {
            byte[] copy = body.ToArray();
            pair.Sent.Add((toServer, type, copy));
            pair._wire.Enqueue((toServer, type, copy));
        }

        public void EndFlight()
        {
        }

        public void InstallRead(ulong epoch, ReadOnlySpan<byte> trafficSecret)
        {
        }

        public void InstallWrite(ulong epoch, ReadOnlySpan<byte> trafficSecret)
        {
        }

        public void OfferEarlyData(CipherSuite suite, ReadOnlySpan<byte> trafficSecret, uint maxSize)
        {
        }

        public void DecideEarlyData(bool isAccepted)
        {
        }

        public byte[]? CreateConnectionId() => null;

        public void UseConnectionIds(ReadOnlySpan<byte> peer)
        {
        }

        public void DropConnectionIds()
        {
        }

        public void Raise(DtlsEventKind kind)
        {
        }
    }
}
