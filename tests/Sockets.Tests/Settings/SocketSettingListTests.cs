using Sockets.Platform;
using Sockets.Tests.Platform;
using static Sockets.Tests.Settings.SettingSockets;

namespace Sockets.Tests.Settings;

public class SocketSettingListTests
{
    [Fact]
    public void Each_setting_is_applied_at_its_moment()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Cork is of Linux.");
        SocketSettingList settings = new() { { SocketSettings.NoDelay, true }, { SocketSettings.Cork, true }, { SocketSettings.Ttl, 77 } };
        using SystemPair pair = SystemPair.Tcp();

        settings.Apply(pair.First, SettingMoments.BeforeConnect);
        Assert.True(Read(SocketSettings.NoDelay, pair.First));
        Assert.Equal(77, Read(SocketSettings.Ttl, pair.First));
        Assert.False(Read(SocketSettings.Cork, pair.First));
        settings.Apply(pair.First, SettingMoments.AfterConnect);
        Assert.True(Read(SocketSettings.Cork, pair.First));

        using SystemSocket listener = Create(Tcp4);
        settings.Apply(listener, SettingMoments.BeforeListen);
        Assert.False(Read(SocketSettings.NoDelay, listener));
        Assert.Equal(77, Read(SocketSettings.Ttl, listener));
        settings.Apply(pair.Second, SettingMoments.AfterAccept);
        Assert.True(Read(SocketSettings.NoDelay, pair.Second));
        Assert.True(Read(SocketSettings.Cork, pair.Second));
    }

    [Fact]
    public void What_is_required_and_unsupported_fails_and_the_rest_is_left_out()
    {
        using SystemSocket socket = Create(Unix);
        SocketSettingList optional = new() { { SocketSettings.NoDelay, true, false }, { SocketSettings.SendBufferSize, 30_000 } };
        optional.Apply(socket, SettingMoments.BeforeConnect);
        Assert.Equal(30_000, Read(SocketSettings.SendBufferSize, socket));

        SocketSettingList required = new() { { SocketSettings.NoDelay, true } };
        SocketFailureException exception = Assert.Throws<SocketFailureException>(() => required.Apply(socket, SettingMoments.BeforeConnect));
        Assert.Equal(SocketFailureReason.NotSupported, exception.Reason);
        Assert.Contains("NoDelay", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Unix Stream", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_that_has_no_effect_in_the_role_is_not_ignored()
    {
        using SystemSocket socket = Create(Tcp4);
        SocketSettingList ofListeners = new() { { SocketSettings.FastOpenQueueLength, 5 } };
        Assert.Equal(
            SocketFailureReason.NotSupported,
            Assert.Throws<SocketFailureException>(() => ofListeners.Apply(socket, SettingMoments.BeforeConnect)).Reason);
        SocketSettingList ofClients = new() { { SocketSettings.FastOpenConnect, true } };
        Assert.Equal(
            SocketFailureReason.NotSupported,
            Assert.Throws<SocketFailureException>(() => ofClients.Apply(socket, SettingMoments.BeforeListen)).Reason);
        ofListeners.Apply(socket, SettingMoments.AfterConnect); // judged at the first moment
        SocketSettingList optional = new() { { SocketSettings.FastOpenQueueLength, 5, false } };
        optional.Apply(socket, SettingMoments.BeforeConnect);
    }

    [Fact]
    public void A_datagram_socket_gets_everything_at_its_first_moment()
    {
        using SystemSocket socket = Create(UdpDual);
        SocketSettingList settings = new() { { SocketSettings.Ttl, 77 } };
        settings.Apply(socket, SettingMoments.BeforeListen);
        Assert.Equal(77, Read(SocketSettings.Ttl, socket));
        SocketSettingList ofStreams = new() { { SocketSettings.NoDelay, true } };
        Assert.Equal(
            SocketFailureReason.NotSupported,
            Assert.Throws<SocketFailureException>(() => ofStreams.Apply(socket, SettingMoments.BeforeListen)).Reason);
        Assert.Equal(
            SocketFailureReason.NotSupported,
            Assert.Throws<SocketFailureException>(() => ofStreams.Apply(socket, SettingMoments.BeforeConnect)).Reason);
    }

    [Fact]
    public void A_value_is_checked_when_it_is_added_and_the_last_one_counts()
    {
        SocketSettingList settings = new() { { SocketSettings.Ttl, 10 }, { SocketSettings.Linger, TimeSpan.Zero }, { SocketSettings.Ttl, 20 } };
        Assert.Equal(2, settings.Count);
        Assert.Equal([SocketSettings.Linger, SocketSettings.Ttl], settings.ToArray<SocketSetting>());
        Assert.Throws<ArgumentOutOfRangeException>(() => settings.Add(SocketSettings.Ttl, 0));
        Assert.Throws<ArgumentNullException>(() => settings.Add<int>(null!, 0));
        using SystemSocket socket = Create(Tcp4);
        settings.Apply(socket, SettingMoments.BeforeConnect);
        Assert.Equal(20, Read(SocketSettings.Ttl, socket));
    }

    [Fact]
    public void A_snapshot_does_not_change()
    {
        SocketSettingList settings = new() { { SocketSettings.Ttl, 10 } };
        SocketSettingList snapshot = settings.Snapshot();
        settings.Add(SocketSettings.NoDelay, true);
        settings.Add(SocketSettings.Ttl, 20);
        Assert.Equal(1, snapshot.Count);
        using SystemSocket socket = Create(Tcp4);
        snapshot.Apply(socket, SettingMoments.BeforeConnect);
        Assert.Equal(10, Read(SocketSettings.Ttl, socket));
    }

    private static T Read<T>(SocketSetting<T> setting, SystemSocket socket)
    {
        Assert.True(setting.TryRead(socket, out T value));
        return value;
    }
}
