using System;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>Connections that end because time passes.</summary>
public sealed class IdleTimeoutTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_silent_peer_is_taken_leave_of_in_time(bool withEndpoint)
    {
        using DtlsPair pair = DtlsPair.Create(server: static config => config with { IdleTimeout = Idle }, endpoint: withEndpoint ? new DtlsEndpointConfig() : null);
        pair.DriveToConnected();
        pair.Settle(Idle - TimeSpan.FromSeconds(1));
        Assert.False(pair.Server.Log.IsClosed);
        pair.Settle(TimeSpan.FromSeconds(2));
        Assert.True(pair.Server.Log.IsClosed);
        Assert.Equal(new DtlsFailure(DtlsFailureReason.IdleTimeout, AlertDescription.CloseNotify, FromPeer: false, DtlsState.Connected), pair.Server.Connection.Failure);
        Assert.Contains(DtlsEventKind.PeerClosed, pair.Client.Log.Events); // close_notify, no error
        Assert.Null(pair.Client.Connection.Failure);
    }

    [Fact]
    public void What_the_peer_sends_keeps_it_and_what_is_sent_to_it_does_not()
    {
        using DtlsPair pair = DtlsPair.Create(server: static config => config with { IdleTimeout = Idle }, endpoint: new DtlsEndpointConfig());
        pair.DriveToConnected();
        for (int i = 0; i < 10; i++)
        {
            pair.Settle(Idle / 2);
            Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [1]));
        }

        pair.Settle(TimeSpan.FromSeconds(1));
        Assert.False(pair.Server.Log.IsClosed);
        for (int i = 0; i < 4 && !pair.Server.Log.IsClosed; i++)
        {
            pair.Server.Write(pair.Server.Connection, [1]);
            pair.Settle(Idle / 3);
        }

        Assert.Equal(DtlsFailureReason.IdleTimeout, pair.Server.Connection.Failure?.Reason);
    }

    [Fact]
    public void What_anybody_can_forge_keeps_nobody()
    {
        using DtlsPair pair = DtlsPair.Create(server: static config => config with { IdleTimeout = Idle }, endpoint: new DtlsEndpointConfig());
        byte[]? seen = null;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source == DtlsPair.ClientAddress)
                seen = [.. datagram.Payload];
            return true;
        };
        pair.DriveToConnected();
        pair.Client.Write(pair.Client.Connection, [1]);
        pair.Settle(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 4 && !pair.Server.Log.IsClosed; i++)
        {
            pair.Server.Receive(DtlsPair.ClientAddress, seen);                                  // replayed
            pair.Server.Receive(DtlsPair.ClientAddress, [0x2F, 0, 9, 0, 40, .. new byte[40]]);   // made up
            pair.Settle(Idle / 3);
        }

        Assert.Equal(DtlsFailureReason.IdleTimeout, pair.Server.Connection.Failure?.Reason);
    }

    [Fact]
    public void A_connection_ends_at_its_age_however_busy_it_is()
    {
        using DtlsPair pair = DtlsPair.Create(server: static config => config with { MaxLifetime = TimeSpan.FromMinutes(5), IdleTimeout = Idle }, endpoint: new DtlsEndpointConfig());
        pair.DriveToConnected();
        for (int i = 0; i < 29; i++)
        {
            pair.Client.Write(pair.Client.Connection, [1]);
            pair.Settle(TimeSpan.FromSeconds(10));
            Assert.False(pair.Server.Log.IsClosed);
        }

        pair.Settle(TimeSpan.FromSeconds(11));
        Assert.Equal(DtlsFailureReason.LifetimeReached, pair.Server.Connection.Failure?.Reason);
        Assert.Contains(DtlsEventKind.PeerClosed, pair.Client.Log.Events);
    }

    [Fact]
    public void Without_the_settings_a_connection_stays()
    {
        using DtlsPair pair = DtlsPair.Create(endpoint: new DtlsEndpointConfig());
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromDays(30));
        Assert.False(pair.Server.Log.IsClosed);
        Assert.Equal(MonotonicTime.Never, pair.Server.EngineTimeout);
    }

    [Fact]
    public void Settings_that_make_no_sense_are_named()
    {
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, 1);
        Assert.Equal("IdleTimeout", Assert.Throws<ArgumentException>(() => (config with { IdleTimeout = TimeSpan.Zero }).Validate()).ParamName);
        Assert.Equal("MaxLifetime", Assert.Throws<ArgumentException>(() => (config with { MaxLifetime = config.HandshakeTimeout }).Validate()).ParamName);
    }
}
