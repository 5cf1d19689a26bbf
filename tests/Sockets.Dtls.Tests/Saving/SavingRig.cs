using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Saving;

/// <summary>A connected pair whose ends may be saved, a key for it, and a time of day.</summary>
internal sealed class SavingRig : IDisposable
{
    public static readonly byte[] Key = [.. Enumerable.Range(1, DtlsStateProtector.KeyLength).Select(i => (byte)i)];

    private readonly Func<DtlsConfig, DtlsConfig> _configure;

    public SavingRig(
        CipherSuite suite = CipherSuite.Aes128GcmSha256,
        Func<DtlsConfig, DtlsConfig>? client = null,
        Func<DtlsConfig, DtlsConfig>? server = null,
        CryptoProvider? provider = null)
    {
        _configure = config => config with { AllowSave = true, UtcNow = () => Now, CipherSuites = [suite] };
        Pair = DtlsPair.Create(
            provider,
            client: config => ClientConfig = _configure(client?.Invoke(config) ?? config),
            server: config => ServerConfig = _configure(server?.Invoke(config) ?? config));
        Protector = new DtlsStateProtector(TestProviders.Default, Key, Record());
    }

    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public DtlsPair Pair { get; }

    public DtlsStateProtector Protector { get; }

    public static DtlsReplayRecord Record() => new(DateTimeOffset.MinValue);

    public DtlsConfig ClientConfig { get; private set; } = null!;

    public DtlsConfig ServerConfig { get; private set; } = null!;

    public MonotonicTime Time => Pair.Network.Clock.Now;

    public DtlsNode Node(DtlsRole role) => role == DtlsRole.Client ? Pair.Client : Pair.Server;

    public DtlsNode Other(DtlsRole role) => role == DtlsRole.Client ? Pair.Server : Pair.Client;

    public DtlsConfig Config(DtlsRole role) => role == DtlsRole.Client ? ClientConfig : ServerConfig;

    public SavingRig Connect(bool settle = true)
    {
        Pair.DriveToConnected();
        if (settle)
            Pair.Settle(TimeSpan.FromMinutes(5));
        return this;
    }

    /// <summary>Saves one end, without restoring it.</summary>
    public byte[] Save(DtlsRole role)
    {
        DtlsNode node = Node(role);
        node.Drain();
        Assert.Equal(DtlsSaveResult.Saved, node.Connection.TrySave(Protector, Time, out byte[]? state));
        node.Drain();
        return state!;
    }

    public DtlsRestoreResult Restore(DtlsRole role, ReadOnlySpan<byte> state) =>
        Restore(role, Protector, state, out _);

    public DtlsRestoreResult Restore(
        DtlsRole role, DtlsStateProtector protector, ReadOnlySpan<byte> state, out DtlsConnection? connection, Func<DtlsClientHelloInfo, DtlsConfig?>? choose = null)
    {
        DtlsRestoreResult result = DtlsConnection.TryRestore(Config(role), protector, state, Time, out connection, choose: choose);
        if (connection is not null)
        {
            Node(role).LogOf(connection);
            Node(role).Drain();
        }

        return result;
    }

    public void SaveAndRestore(DtlsRole role) => Node(role).SaveAndRestore(Config(role), Protector);

    /// <summary>Catches what is sent to <paramref name="role"/> from now on, instead of delivering it.</summary>
    public List<byte[]> Intercept(DtlsRole role)
    {
        var caught = new List<byte[]>();
        DtlsAddress address = Node(role).Address;
        Pair.Network.OnSend = datagram =>
        {
            if (datagram.Destination != address)
                return true;
            caught.Add(datagram.Payload.ToArray());
            return false;
        };
        return caught;
    }

    public void Deliver() => Pair.Network.OnSend = null;

    public void AssertAlive()
    {
        AssertCarries(Pair.Client, Pair.Server);
        AssertCarries(Pair.Server, Pair.Client);
    }

    public void Dispose()
    {
        Pair.Dispose();
        Protector.Dispose();
    }

    private void AssertCarries(DtlsNode from, DtlsNode to)
    {
        int before = to.Log.Received.Count;
        byte[] message = [0xA5, (byte)before, 0x5A];
        Assert.Equal(DtlsWriteResult.Success, from.Write(from.Connection, message));
        Pair.Settle(TimeSpan.FromMilliseconds(1));
        Assert.Equal(before + 1, to.Log.Received.Count);
        Assert.Equal(message, to.Log.Received[^1]);
    }
}
