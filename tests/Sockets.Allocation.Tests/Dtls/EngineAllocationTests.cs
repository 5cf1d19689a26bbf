using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Allocation.Tests;

/// <summary>
/// 0 bytes per record sealed, opened, replayed or discarded, and per datagram handled, for each provider and suite. More
/// than a million records are measured over all cases.
/// </summary>
public sealed class EngineAllocationTests
{
    private const int Datagrams = 100_000;
    private const int Discards = 10_000;
    private const int Size = 200;

    public static TheoryData<string, CipherSuite> Cases()
    {
        var cases = new TheoryData<string, CipherSuite>();
        foreach (CryptoProvider provider in TestProviders.All)
        {
            foreach (CipherSuite suite in provider.CipherSuites)
                cases.Add(provider.Name, suite);
            if (provider is not BclCryptoProvider && provider.CipherSuitesByChoice.Contains(CipherSuite.Aes128CcmSha256))
                cases.Add(provider.Name, CipherSuite.Aes128CcmSha256);
        }

        return cases;
    }

    [Fact]
    public void The_measure_sees_a_single_object()
    {
        object? kept = null;
        Assert.InRange(AllocationAssert.FewestBytes(() => kept = new object()), 16, 1024);
        GC.KeepAlive(kept);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Records_both_ways(string provider, CipherSuite suite) => CarryBothWays(provider, suite, null);

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    public void Records_both_ways_with_connection_ids(int length) =>
        CarryBothWays(TestProviders.Default.Name, CipherSuite.Aes128GcmSha256, length);

    private static void CarryBothWays(string provider, CipherSuite suite, int? connectionIdLength)
    {
        using DtlsPair pair = Connect(provider, suite, connectionIdLength: connectionIdLength);
        DtlsConnection client = pair.Client.Connection;
        DtlsConnection server = pair.Server.Connection;
        MonotonicTime now = pair.Network.Clock.Now;
        byte[] buffer = new byte[2048];
        byte[] content = new SeededRandom(1).Bytes(Size);
        var sink = new CountingSink();
        long records = 0;
        long allocated = AllocationAssert.FewestBytes(() =>
        {
            for (int i = 0; i < Datagrams / 2; i++)
            {
                records += Carry(client, server);
                records += Carry(server, client);
            }
        });

        Assert.Equal(records, sink.Records);
        Assert.Equal(records * Size, sink.Bytes);
        Assert.Equal(0, allocated);

        int Carry(DtlsConnection from, DtlsConnection to)
        {
            if (from.Write(content, now, buffer, out int length) != DtlsWriteResult.Success)
                throw new InvalidOperationException($"{from.Role} cannot write.");
            to.HandleDatagram(to.Path, buffer.AsSpan(0, length), now, ref sink);
            Drain(to);
            return 1;
        }
    }

    [Fact]
    public void Padded_records_within_a_limit()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { Padding = DtlsPadding.ToMultipleOf(128) },
            server: static config => config with { RecordSizeLimit = 300 });
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromMinutes(5));
        DtlsConnection client = pair.Client.Connection;
        DtlsConnection server = pair.Server.Connection;
        MonotonicTime now = pair.Network.Clock.Now;
        byte[] buffer = new byte[2048];
        byte[] content = new byte[Size];
        var sink = new CountingSink();
        long bytes = 0;
        long records = 0;
        long allocated = AllocationAssert.FewestBytes(() =>
        {
            for (int i = 0; i < Discards; i++)
            {
                if (client.Write(content, now, buffer, out int length) != DtlsWriteResult.Success)
                    throw new InvalidOperationException("The client cannot write.");
                server.HandleDatagram(server.Path, buffer.AsSpan(0, length), now, ref sink);
                Drain(server);
                bytes += length;
                records++;
            }
        });
        Assert.Equal(records, sink.Records);
        Assert.Equal(records * (256 + 5 + 16), bytes); // padded to the second multiple: header and tag come on top
        Assert.Equal(0, allocated);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Replayed_and_discarded_records_of_every_kind(string provider, CipherSuite suite)
    {
        var secrets = new TrafficSecrets();
        using DtlsPair pair = Connect(provider, suite, secrets);
        using var forge = new RecordForge(TestProviders.Default, suite, secrets["CLIENT_TRAFFIC_SECRET_0"], 3);
        DtlsConnection server = pair.Server.Connection;
        MonotonicTime now = pair.Network.Clock.Now;
        var sink = new CountingSink();
        byte[] accepted = forge.Seal(5000, RecordForge.ApplicationData, [1, 2, 3]);
        byte[] scratch = [.. accepted];
        server.HandleDatagram(server.Path, scratch, now, ref sink);
        Assert.Equal(1, sink.Records);

        byte[] forged = forge.Seal(5001, RecordForge.ApplicationData, new byte[Size]);
        forged[^1] ^= 1;
        (byte[] Datagram, DiscardReason Reason)[] bogus =
        [
            (accepted, DiscardReason.Replayed),
            (forge.Seal(4000, RecordForge.ApplicationData, [1]), DiscardReason.TooOld),
            (forged, DiscardReason.AuthenticationFailed),
            (forge.Seal(5002, RecordForge.ApplicationData, [1], epochBits: 1), DiscardReason.UnknownEpoch),
            (forge.Seal(5003, RecordForge.ApplicationData, [1], connectionId: [1, 2]), DiscardReason.UnexpectedConnectionId),
            (accepted[..^1], DiscardReason.Truncated),
            ([0x2F, 0, 30, 0, 15, .. new byte[15]], DiscardReason.TooShort),
            ([0x2F, 0, 30, 0x41, 0x01, .. new byte[0x4101]], DiscardReason.TooLong),
            ([0xFF, .. new byte[50]], DiscardReason.InvalidHeader),
            (PlaintextRecords.Record(RecordForge.Handshake, new byte[30]), DiscardReason.UnexpectedPlaintext),
            (PlaintextRecords.Record(RecordForge.Handshake, new byte[30], epoch: 1), DiscardReason.InvalidPlaintext),
        ];
        byte[] buffer = new byte[0x4200];
        foreach ((byte[] datagram, DiscardReason reason) in bogus)
        {
            ulong before = server.Statistics.Discarded(reason);
            ulong handled = 0;
            long allocated = AllocationAssert.FewestBytes(() =>
            {
                for (int i = 0; i < Discards; i++)
                {
                    datagram.CopyTo(buffer, 0);
                    server.HandleDatagram(server.Path, buffer.AsSpan(0, datagram.Length), now, ref sink);
                    Drain(server);
                    handled++;
                }
            });
            Assert.Equal(handled, server.Statistics.Discarded(reason) - before);
            Assert.True(allocated == 0, $"{reason}: {allocated} bytes for {Discards} records");
        }

        Assert.Equal(1, sink.Records);
        Assert.Equal(DtlsState.Connected, server.State);
    }

    [Fact]
    public void Datagrams_from_elsewhere_and_after_the_end()
    {
        using DtlsPair pair = Connect(TestProviders.Default.Name, CipherSuite.Aes128GcmSha256);
        DtlsConnection server = pair.Server.Connection;
        MonotonicTime now = pair.Network.Clock.Now;
        var sink = new CountingSink();
        var elsewhere = new DtlsPath(DtlsNetwork.Address(9, 9), server.Path.Local);
        byte[] buffer = new byte[100];
        Assert.Equal(0, AllocationAssert.FewestBytes(() => Repeat(elsewhere)));
        Assert.True(server.Statistics.Discarded(DiscardReason.WrongPath) >= Discards);

        pair.Server.Close(server);
        Assert.Equal(0, AllocationAssert.FewestBytes(() => Repeat(server.Path)));
        Assert.True(server.Statistics.Discarded(DiscardReason.ConnectionClosed) >= Discards);

        void Repeat(DtlsPath path)
        {
            for (int i = 0; i < Discards; i++)
            {
                server.HandleDatagram(path, buffer, now, ref sink);
                Drain(server);
            }
        }
    }

    [Fact]
    public void Datagrams_through_an_endpoint()
    {
        using DtlsPair pair = Connect(TestProviders.Default.Name, CipherSuite.Aes128GcmSha256, endpoint: new DtlsEndpointConfig());
        DtlsConnection client = pair.Client.Connection;
        DtlsConnection server = pair.Server.Connection;
        DtlsEndpoint endpoint = pair.Server.Endpoint!;
        MonotonicTime now = pair.Network.Clock.Now;
        var sink = new CountingSink();
        byte[] buffer = new byte[2048];
        byte[] content = new byte[Size];
        byte[] stray = new byte[60];
        var stranger = new DtlsPath(DtlsNetwork.Address(9, 9), server.Path.Local);
        long records = 0;
        long allocated = AllocationAssert.FewestBytes(() =>
        {
            for (int i = 0; i < Datagrams / 2; i++)
            {
                client.Write(content, now, buffer, out int length);
                endpoint.HandleDatagram(server.Path, buffer.AsSpan(0, length), now, ref sink);
                server.Write(content, now, buffer, out length);
                DrainEndpoint(endpoint, buffer.AsSpan(length));
                client.HandleDatagram(client.Path, buffer.AsSpan(0, length), now, ref sink);
                records += 2;

                stray[0] = 0x2F;
                endpoint.HandleDatagram(stranger, stray, now, ref sink);
                DrainEndpoint(endpoint, buffer);
            }
        });
        Assert.Equal(records, sink.Records);
        Assert.Equal((ulong)records / 2, endpoint.Statistics.Discarded(DiscardReason.UnknownConnection));
        Assert.Equal(0, allocated);
    }

    /// <summary>Checks that nobody answers, one after the other, with everything they send and all their timers.</summary>
    [Theory]
    [InlineData(DtlsPathValidation.Enhanced)]
    [InlineData(DtlsPathValidation.Basic)]
    public void Checks_of_a_new_path_and_the_datagrams_meanwhile(DtlsPathValidation validation)
    {
        using DtlsPair pair = Connect(TestProviders.Default.Name, CipherSuite.Aes128GcmSha256, endpoint: new DtlsEndpointConfig(), connectionIdLength: 10, pathValidation: validation);
        DtlsConnection client = pair.Client.Connection;
        DtlsEndpoint endpoint = pair.Server.Endpoint!;
        MonotonicTime now = pair.Network.Clock.Now;
        var sink = new CountingSink();
        byte[] buffer = new byte[2048];
        byte[] content = new byte[Size];
        var elsewhere = new DtlsPath(DtlsNetwork.Address(9, 9), pair.Server.Connection.Path.Local);
        long records = 0;
        long challenges = 0;
        long allocated = AllocationAssert.FewestBytes(() =>
        {
            for (int i = 0; i < Discards; i++)
            {
                now += TimeSpan.FromMilliseconds(20);
                client.Write(content, now, buffer, out int length);
                endpoint.HandleDatagram(i % 4 == 0 ? pair.Server.Connection.Path : elsewhere, buffer.AsSpan(0, length), now, ref sink);
                endpoint.HandleTimeout(now);
                while (!endpoint.PollTransmit(buffer).IsEmpty)
                    challenges++;
                while (endpoint.PollEvent(out _))
                    Assert.Fail("nothing happens that a driver has to know");
                records++;
            }
        });
        Assert.Equal(records, sink.Records);
        Assert.True(challenges > 100 && pair.Server.Connection.Statistics.PathsFailed > 30);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Datagrams_found_by_their_connection_id()
    {
        using DtlsPair pair = Connect(TestProviders.Default.Name, CipherSuite.Aes128GcmSha256, endpoint: new DtlsEndpointConfig(), connectionIdLength: 10, pathValidation: DtlsPathValidation.None);
        DtlsConnection client = pair.Client.Connection;
        DtlsEndpoint endpoint = pair.Server.Endpoint!;
        MonotonicTime now = pair.Network.Clock.Now;
        var sink = new CountingSink();
        byte[] buffer = new byte[2048];
        byte[] content = new byte[Size];
        byte[] stray = new byte[60];
        var stranger = new DtlsPath(DtlsNetwork.Address(9, 9), pair.Server.Connection.Path.Local);
        long records = 0;
        long allocated = AllocationAssert.FewestBytes(() =>
        {
            for (int i = 0; i < Discards; i++)
            {
                client.Write(content, now, buffer, out int length);
                endpoint.HandleDatagram(i % 2 == 0 ? pair.Server.Connection.Path : stranger, buffer.AsSpan(0, length), now, ref sink);
                DrainEndpoint(endpoint, buffer);
                records++;

                stray[0] = 0x3F;
                endpoint.HandleDatagram(stranger, stray, now, ref sink);
                DrainEndpoint(endpoint, buffer);
            }
        });
        Assert.Equal(records, sink.Records);
        Assert.Equal((ulong)records / 2, pair.Server.Connection.Statistics.RecordsFromOtherPaths);
        Assert.Equal((ulong)records, endpoint.Statistics.Discarded(DiscardReason.UnknownConnectionId));
        Assert.Equal(0, allocated);
    }

    private static DtlsPair Connect(
        string providerName, CipherSuite suite, TrafficSecrets? secrets = null, DtlsEndpointConfig? endpoint = null, int? connectionIdLength = null,
        DtlsPathValidation pathValidation = default)
    {
        CryptoProvider provider = TestProviders.All.Single(candidate => candidate.Name == providerName);
        DtlsPair pair = DtlsPair.Create(
            provider,
            client: config => config with
            {
                CipherSuites = [suite],
                DangerousKeyLog = secrets is null ? null : secrets.Add,
                ConnectionIdLength = connectionIdLength,
                PathValidation = pathValidation,
            },
            server: config => config with { CipherSuites = [suite], ConnectionIdLength = connectionIdLength, PathValidation = pathValidation },
            endpoint: endpoint);
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromMinutes(5));
        return pair;
    }

    private static void Drain(DtlsConnection connection)
    {
        Span<byte> nothing = stackalloc byte[1500];
        if (!connection.PollTransmit(nothing).IsEmpty)
            throw new InvalidOperationException("Something is sent that was not asked for.");
        if (connection.PollEvent(out DtlsEvent raised))
            throw new InvalidOperationException($"{raised.Kind} was not expected.");
        if (connection.NextTimeout != MonotonicTime.Never)
            throw new InvalidOperationException("A timer was not expected.");
    }

    private static void DrainEndpoint(DtlsEndpoint endpoint, Span<byte> buffer)
    {
        if (!endpoint.PollTransmit(buffer).IsEmpty)
            throw new InvalidOperationException("Something is sent that was not asked for.");
        if (endpoint.PollEvent(out DtlsEvent raised))
            throw new InvalidOperationException($"{raised.Kind} was not expected.");
        _ = endpoint.NextTimeout;
    }
}
