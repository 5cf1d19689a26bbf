using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Resumption;

/// <summary>Connections one after another between a client and a server that share tickets, at a time that the test sets.</summary>
internal sealed class ResumptionRig : IDisposable
{
    private readonly List<DtlsPair> _pairs = [];
    private readonly CryptoProvider _provider;
    private readonly bool _ownsProtector;
    private ulong _seed = 100;

    public ResumptionRig(CryptoProvider? provider = null, IDtlsTicketProtector? protector = null)
    {
        _provider = provider ?? TestProviders.Default;
        _ownsProtector = protector is null;
        Protector = protector ?? new DtlsTicketKeys(_provider);
    }

    public DateTimeOffset Now { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public IDtlsTicketProtector Protector { get; set; }

    public Func<DtlsConfig, DtlsConfig> Client { get; set; } = static config => config;

    public Func<DtlsConfig, DtlsConfig> Server { get; set; } = static config => config;

    /// <summary>Puts the server behind an endpoint, which asks for cookies.</summary>
    public bool UseEndpoint { get; set; }

    public DtlsPair Pair => _pairs[^1];

    public DtlsConnection ClientConnection => Pair.Client.Connection;

    public DtlsConnection ServerConnection => Pair.Server.Connection;

    /// <summary>A pair that offers this ticket; not started.</summary>
    public DtlsPair Begin(DtlsTicket? ticket)
    {
        DtlsConfig client = Client(DtlsPair.Config(_provider, _seed++) with { RequestTickets = true, Ticket = ticket, UtcNow = () => Now, ServerName = "a.example" });
        DtlsConfig server = DtlsPair.Config(_provider, _seed++);
        server = Server(server with
        {
            Credentials = [TestCertificates.EcdsaP256.ToCredential(server.Crypto)],
            TicketProtector = Protector,
            UtcNow = () => Now,
        });
        var pair = new DtlsPair(new DtlsPairOptions { Client = client, Server = server, ServerEndpoint = UseEndpoint ? new DtlsEndpointConfig() : null });
        _pairs.Add(pair);
        return pair;
    }

    /// <summary>Connects both, exchanges data both ways and lets tickets arrive.</summary>
    public void Connect(DtlsTicket? ticket)
    {
        DtlsPair pair = Begin(ticket);
        pair.DriveToConnected();
        pair.Settle();
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [1, 2]));
        Assert.Equal(DtlsWriteResult.Success, pair.Server.Write(pair.Server.Connection, [3]));
        pair.Settle();
        Assert.Equal([1, 2], Assert.Single(pair.Server.Log.Received));
        Assert.Equal([3], Assert.Single(pair.Client.Log.Received));
    }

    /// <summary>A full handshake, and the ticket that came of it.</summary>
    public DtlsTicket GetTicket()
    {
        Connect(null);
        Assert.False(ClientConnection.IsResumed);
        return TakeTicket();
    }

    public DtlsTicket TakeTicket()
    {
        DtlsTicket? ticket = ClientConnection.TakeTicket();
        Assert.NotNull(ticket);
        return ticket;
    }

    public void AssertResumed(bool resumed)
    {
        Assert.Equal(resumed, ClientConnection.IsResumed);
        Assert.Equal(resumed, ServerConnection.IsResumed);
    }

    public void Dispose()
    {
        foreach (DtlsPair pair in _pairs)
            pair.Dispose();
        if (_ownsProtector)
            (Protector as IDisposable)?.Dispose();
    }
}
