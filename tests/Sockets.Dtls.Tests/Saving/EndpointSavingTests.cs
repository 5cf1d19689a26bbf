using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Saving;

/// <summary>An endpoint whose connections go on in another one.</summary>
public sealed class EndpointSavingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Places_are_taken_and_given_back()
    {
        using var protector = new DtlsStateProtector(TestProviders.Default, SavingRig.Key, SavingRig.Record());
        using DtlsPair pair = Connect(out DtlsConfig config, new DtlsAdmissionLimits { MaxConnections = 1 });
        IReadOnlyList<DtlsSavedConnection> saved = pair.Server.Endpoint!.SaveAll(protector, pair.Network.Clock.Now);
        pair.Server.Drain();
        Assert.Equal(0, pair.Server.Endpoint.ConnectionCount);
        Assert.Equal(0, pair.Server.Endpoint.Admission.Statistics.Connections);
        Assert.Equal(0, pair.Server.Endpoint.Admission.Statistics.Addresses);
        ReadOnlySpan<byte> state = Assert.Single(saved).State.Span;

        var full = new DtlsAdmission(new DtlsAdmissionLimits { MaxConnections = 1, MaxHandshakes = 1 });
        Assert.True(full.TryReturn(DtlsNetwork.Address(9, 9)));
        using (var endpoint = new DtlsEndpoint(new DtlsEndpointConfig { Server = config, Admission = full }))
            Assert.Equal(DtlsRestoreResult.NoPlace, endpoint.TryRestore(null, protector, state, pair.Network.Clock.Now, out _));

        pair.Server.Restart(new DtlsEndpoint(new DtlsEndpointConfig { Server = config, Admission = new DtlsAdmission(new DtlsAdmissionLimits { MaxConnections = 1, MaxHandshakes = 1 }) }));
        DtlsEndpoint after = pair.Server.Endpoint;
        Assert.Equal(DtlsRestoreResult.Restored, after.TryRestore(null, protector, state, pair.Network.Clock.Now, out DtlsConnection? connection));
        Assert.Equal(1, after.Admission.Statistics.Connections);
        Assert.Equal(1, after.Admission.Statistics.Addresses);
        Assert.Equal(0, after.Admission.Statistics.Handshakes);
        Assert.Equal(0, after.HandshakeCount);
        pair.Server.Drain();
        Assert.Equal(DtlsWriteResult.Success, pair.Server.Write(connection!, [7]));
        pair.Settle();
        Assert.Equal([7], pair.Client.Log.Received[^1]);
        pair.Server.Close(connection!);
        Assert.Equal(0, after.ConnectionCount);
        Assert.Equal(0, after.Admission.Statistics.Connections);
        Assert.Equal(0, after.Admission.Statistics.Addresses);
    }

    [Fact]
    public void A_connection_on_its_path_keeps_it_out_and_a_state_that_was_used_takes_no_place()
    {
        using var protector = new DtlsStateProtector(TestProviders.Default, SavingRig.Key, SavingRig.Record());
        using DtlsPair pair = Connect(out DtlsConfig config);
        DtlsSavedConnection saved = Assert.Single(pair.Server.Endpoint!.SaveAll(protector, pair.Network.Clock.Now));
        pair.Server.Drain();
        pair.Server.Restart(new DtlsEndpoint(new DtlsEndpointConfig { Server = config }));
        DtlsEndpoint after = pair.Server.Endpoint;
        Assert.Equal(DtlsRestoreResult.Restored, after.TryRestore(null, protector, saved.State.Span, pair.Network.Clock.Now, out _));
        Assert.Equal(DtlsRestoreResult.NoPlace, after.TryRestore(null, protector, saved.State.Span, pair.Network.Clock.Now, out _));
        DtlsPath elsewhere = new(DtlsNetwork.Address(77, 77), DtlsPair.ServerAddress);
        Assert.Equal(DtlsRestoreResult.AlreadyRestored, after.TryRestore(null, protector, saved.State.Span, pair.Network.Clock.Now, out _, elsewhere));
        Assert.Equal(1, after.ConnectionCount);
        Assert.Equal(1, after.Admission.Statistics.Connections);
        Assert.Equal(1, after.Admission.Statistics.Addresses);
    }

    [Fact]
    public void A_record_that_throws_keeps_no_place()
    {
        using var protector = new DtlsStateProtector(TestProviders.Default, SavingRig.Key, new BrokenRecord());
        using DtlsPair pair = Connect(out DtlsConfig config);
        DtlsSavedConnection saved = Assert.Single(pair.Server.Endpoint!.SaveAll(protector, pair.Network.Clock.Now));
        pair.Server.Drain();
        using var endpoint = new DtlsEndpoint(new DtlsEndpointConfig { Server = config });
        Assert.Throws<System.IO.IOException>(() => endpoint.TryRestore(null, protector, saved.State.Span, pair.Network.Clock.Now, out _));
        Assert.Equal(0, endpoint.ConnectionCount);
        Assert.Equal(0, endpoint.Admission.Statistics.Connections);
        Assert.Equal(0, endpoint.Admission.Statistics.Addresses);
    }

    [Fact]
    public void A_client_that_moved_while_nobody_was_there_is_found_by_its_connection_id()
    {
        using var protector = new DtlsStateProtector(TestProviders.Default, SavingRig.Key, SavingRig.Record());
        using DtlsPair pair = Connect(out DtlsConfig config, connectionIdLength: 8);
        DtlsSavedConnection saved = Assert.Single(pair.Server.Endpoint!.SaveAll(protector, pair.Network.Clock.Now));
        pair.Server.Drain();
        pair.Server.Restart(new DtlsEndpoint(new DtlsEndpointConfig { Server = config }));
        Assert.Equal(DtlsRestoreResult.Restored, pair.Server.Endpoint.TryRestore(null, protector, saved.State.Span, pair.Network.Clock.Now, out DtlsConnection? connection));
        ConnectionLog log = pair.Server.LogOf(connection!);
        pair.Server.Drain();

        byte[] datagram = new byte[100];
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Connection.Write([9], pair.Network.Clock.Now, datagram, out int length));
        pair.Server.Receive(DtlsNetwork.Address(500, 500), datagram.AsSpan(0, length));
        Assert.Equal([9], Assert.Single(log.Received));
        Assert.Equal(0ul, pair.Server.Endpoint.Statistics.Discarded(DiscardReason.UnknownConnection));
    }

    private static DtlsPair Connect(out DtlsConfig config, DtlsAdmissionLimits? limits = null, int? connectionIdLength = null)
    {
        DtlsConfig? used = null;
        DtlsPair pair = DtlsPair.Create(
            client: client => client with { ConnectionIdLength = connectionIdLength },
            server: server => used = server with { AllowSave = true, UtcNow = () => Noon, ConnectionIdLength = connectionIdLength },
            endpoint: new DtlsEndpointConfig { Admission = limits is null ? null : new DtlsAdmission(limits with { MaxHandshakes = 1 }) });
        pair.DriveToConnected();
        pair.Settle();
        config = used!;
        return pair;
    }

    private sealed class BrokenRecord : IDtlsReplayRecord
    {
        public DateTimeOffset RemembersSince => DateTimeOffset.MinValue;

        public bool TryAdd(ReadOnlySpan<byte> id, DateTimeOffset now, DateTimeOffset expires) => throw new System.IO.IOException("the disk");
    }
}
