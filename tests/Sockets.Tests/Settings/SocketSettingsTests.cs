using System.Net.Sockets;
using System.Reflection;
using Sockets.Platform;
using Sockets.Tests.Platform;
using static Sockets.Tests.Settings.SettingSockets;

namespace Sockets.Tests.Settings;

public class SocketSettingsTests
{
    private static readonly string[] s_tcp = [Tcp4, Tcp6, TcpDual];
    private static readonly string[] s_internet = [Tcp4, Tcp6, TcpDual, Udp4, Udp6, UdpDual];

    private static readonly SettingCase[] s_cases =
    [
        SettingCase.Of(SocketSettings.ReceiveBufferSize, 50_000, s_internet),
        SettingCase.Of(SocketSettings.SendBufferSize, 50_000, All),
        SettingCase.Of(SocketSettings.Linger, TimeSpan.FromSeconds(7), s_tcp),
        SettingCase.Of(SocketSettings.Linger, TimeSpan.Zero, s_tcp),
        SettingCase.Of(SocketSettings.Linger, null, s_tcp),
        SettingCase.Of(SocketSettings.Broadcast, true, Udp4, UdpDual),
        SettingCase.Of(SocketSettings.BindToDevice, "lo", s_internet),
        SettingCase.Of(SocketSettings.BindToDevice, string.Empty, s_internet),
        SettingCase.Of(SocketSettings.BusyPoll, TimeSpan.FromMicroseconds(50), s_internet),
        SettingCase.Of(SocketSettings.Mark, 0x8000_0001u, s_internet),
        SettingCase.Of(SocketSettings.Priority, 5, s_internet),
        SettingCase.Of(SocketSettings.Dscp, 46, s_internet),
        SettingCase.Of(SocketSettings.Ttl, 200, s_internet),
        SettingCase.Of(SocketSettings.DontFragment, true, s_internet),
        SettingCase.Of(SocketSettings.DontFragment, false, s_internet),
        SettingCase.Of(SocketSettings.NoDelay, true, s_tcp),
        SettingCase.Of(SocketSettings.QuickAck, true, s_tcp),
        SettingCase.Of(SocketSettings.Cork, true, s_tcp),
        SettingCase.Of(SocketSettings.KeepAlive, true, s_tcp),
        SettingCase.Of(SocketSettings.KeepAliveIdle, TimeSpan.FromSeconds(77), s_tcp),
        SettingCase.Of(SocketSettings.KeepAliveInterval, TimeSpan.FromSeconds(11), s_tcp),
        SettingCase.Of(SocketSettings.KeepAliveProbes, 3, s_tcp),
        SettingCase.Of(SocketSettings.UserTimeout, TimeSpan.FromMilliseconds(12_345), s_tcp),
        SettingCase.Of(SocketSettings.NotSentLowWaterMark, 16_384, s_tcp),
        SettingCase.Of(SocketSettings.NotSentLowWaterMark, int.MaxValue, s_tcp),
        SettingCase.Of(SocketSettings.MaxSegmentSize, 1_000, s_tcp),
        SettingCase.Of(SocketSettings.MaxPacingRate, 1_000_000_000_000L, s_tcp),
        SettingCase.Of(SocketSettings.MaxPacingRate, null, s_tcp),
        SettingCase.Of(SocketSettings.CongestionControl, "reno", s_tcp),
        SettingCase.Of(SocketSettings.FastOpenQueueLength, 16, s_tcp),
        SettingCase.Of(SocketSettings.FastOpenConnect, true, s_tcp),
    ];

    private static readonly string[] s_takingRight = [nameof(SocketSettings.Mark), nameof(SocketSettings.BusyPoll)];
    private static readonly string[] s_asTheSystemIsSet = [nameof(SocketSettings.FastOpenQueueLength), nameof(SocketSettings.FastOpenConnect)];

    public static TheoryData<int, string> Cases
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int i = 0; i < s_cases.Length; i++)
            {
                foreach (string kind in All)
                    data.Add(i, kind);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_setting_is_applied_and_read_back_or_unsupported_and_never_ignored(int index, string kind)
    {
        SettingCase tried = s_cases[index];
        using SystemSocket socket = Create(kind);
        (SocketSettingResult Result, bool IsRead, object? Read) outcome;
        try
        {
            outcome = tried.Run(socket);
        }
        catch (SocketFailureException exception) when (s_takingRight.Contains(tried.Setting.Name))
        {
            Assert.Equal(SocketFailureReason.AccessDenied, exception.Reason);
            return;
        }

        if (outcome.Result == SocketSettingResult.Applied)
        {
            Assert.True(outcome.IsRead, tried.ToString());
            Assert.Equal(tried.Value, outcome.Read);
        }

        if (!OperatingSystem.IsLinux())
            return;
        if (!tried.Kinds.Contains(kind))
            Assert.Equal((SocketSettingResult.Unsupported, false), (outcome.Result, outcome.IsRead));
        else if (!s_asTheSystemIsSet.Contains(tried.Setting.Name))
            Assert.Equal(SocketSettingResult.Applied, outcome.Result);
    }

    [Fact]
    public void Every_setting_is_tried_and_has_the_name_of_its_property()
    {
        PropertyInfo[] properties = typeof(SocketSettings).GetProperties();
        Assert.All(properties, static property =>
        {
            var setting = (SocketSetting)property.GetValue(null)!;
            Assert.Equal(property.Name, setting.Name);
            Assert.Contains(s_cases, tried => tried.Setting == setting);
        });
    }

    [Fact]
    public void A_value_outside_the_range_is_refused_with_name_and_range()
    {
        AssertRefused(SocketSettings.ReceiveBufferSize, "1 to 1073741823", 0, -1, int.MaxValue);
        AssertRefused(SocketSettings.SendBufferSize, "1 to 1073741823", 0, -1, int.MaxValue);
        AssertRefused(SocketSettings.Linger, "65535 s", TimeSpan.FromTicks(-1), TimeSpan.FromSeconds(65_536));
        AssertRefused(SocketSettings.BindToDevice, "15 ASCII", "sixteen_letters_", "a b", "a/b", "ü", "a\0");
        AssertRefused(SocketSettings.BusyPoll, "microseconds", TimeSpan.FromTicks(-1), TimeSpan.MaxValue);
        AssertRefused(SocketSettings.Priority, "0 to", -1);
        AssertRefused(SocketSettings.Dscp, "0 to 63", -1, 64);
        AssertRefused(SocketSettings.Ttl, "1 to 255", 0, 256);
        AssertRefused(SocketSettings.KeepAliveIdle, "1 to 32767 s", TimeSpan.Zero, TimeSpan.FromSeconds(32_768));
        AssertRefused(SocketSettings.KeepAliveInterval, "1 to 32767 s", TimeSpan.Zero, TimeSpan.MaxValue);
        AssertRefused(SocketSettings.KeepAliveProbes, "1 to 127", 0, 128);
        AssertRefused(SocketSettings.UserTimeout, "ms", TimeSpan.FromTicks(-1), TimeSpan.MaxValue);
        AssertRefused(SocketSettings.NotSentLowWaterMark, "1 to 2147483647", 0);
        AssertRefused(SocketSettings.MaxSegmentSize, "88 to 32767", 87, 32_768);
        AssertRefused(SocketSettings.MaxPacingRate, "bytes a second", 0, -1);
        AssertRefused(SocketSettings.CongestionControl, "algorithm", string.Empty, "sixteen_letters_");
        AssertRefused(SocketSettings.FastOpenQueueLength, "0 to 65535", -1, 65_536);
        Assert.Throws<ArgumentNullException>(() => SocketSettings.BindToDevice.Validate(null!));
        Assert.Throws<ArgumentNullException>(() => SocketSettings.CongestionControl.Validate(null!));
    }

    [Theory]
    [InlineData("KeepAliveIdle")]
    [InlineData("KeepAliveInterval")]
    public void Times_are_rounded_up(string name)
    {
        using SystemSocket socket = Create(Tcp4);
        var setting = (SocketSetting<TimeSpan>)typeof(SocketSettings).GetProperty(name)!.GetValue(null)!;
        setting.Apply(socket, TimeSpan.FromSeconds(5.2));
        Assert.True(setting.TryRead(socket, out TimeSpan read));
        Assert.Equal(TimeSpan.FromSeconds(6), read);
    }

    [Theory]
    [InlineData(Tcp4, false, true)]
    [InlineData(Udp4, true, true)]
    [InlineData(Udp6, true, false)]
    [InlineData(UdpDual, true, true)]
    public void The_congestion_bits_beside_the_code_point_stay(string kind, bool hasCongestionBits, bool hasIPv4)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "By the numbers of Linux.");
        using SystemSocket socket = Create(kind);
        LinuxOption.Set(socket, LinuxOption.IPv4, 1, 0b01);
        if (kind != Udp4 && kind != Tcp4)
            LinuxOption.Set(socket, LinuxOption.IPv6, 67, 0b10);
        SocketSettings.Dscp.Apply(socket, 34);
        Assert.True(LinuxOption.TryGet(socket, LinuxOption.IPv4, 1, out int typeOfService));
        Assert.Equal(hasIPv4 ? (34 << 2) | (hasCongestionBits ? 0b01 : 0) : 0b01, typeOfService);
        if (kind == Udp4 || kind == Tcp4)
            return;
        Assert.True(LinuxOption.TryGet(socket, LinuxOption.IPv6, 67, out int trafficClass));
        Assert.Equal((34 << 2) | 0b10, trafficClass);
    }

    [Fact]
    public void A_dual_stack_socket_gets_both_families()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "By the numbers of Linux.");
        using SystemSocket socket = Create(UdpDual);
        SocketSettings.Ttl.Apply(socket, 99);
        SocketSettings.DontFragment.Apply(socket, true);
        Assert.True(LinuxOption.TryGet(socket, LinuxOption.IPv4, 2, out int timeToLive));
        Assert.True(LinuxOption.TryGet(socket, LinuxOption.IPv6, 16, out int hopLimit));
        Assert.True(LinuxOption.TryGet(socket, LinuxOption.IPv4, 10, out int discovery4));
        Assert.True(LinuxOption.TryGet(socket, LinuxOption.IPv6, 23, out int discovery6));
        Assert.Equal((99, 99, 2, 2), (timeToLive, hopLimit, discovery4, discovery6));
    }

    [Fact]
    public void An_unknown_device_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux only.");
        using SystemSocket socket = Create(Tcp4);
        SocketFailureException exception = Assert.Throws<SocketFailureException>(() => SocketSettings.BindToDevice.Apply(socket, "nosuchdevice0"));
        Assert.Equal(SocketFailureReason.AddressNotAvailable, exception.Reason);
        Assert.Contains("nosuchdevice0", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_algorithm_is_unsupported()
    {
        using SystemSocket socket = Create(Tcp4);
        Assert.Equal(SocketSettingResult.Unsupported, SocketSettings.CongestionControl.Apply(socket, "nosuch"));
    }

    [Fact]
    public void Too_late_is_misuse()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux only.");
        using SystemPair pair = SystemPair.Tcp();
        Assert.SkipUnless(HasFastOpenClient(), "The system is set to ignore fast open.");
        Assert.Throws<InvalidOperationException>(() => SocketSettings.FastOpenConnect.Apply(pair.First, true));
    }

    [Theory]
    [InlineData(SocketError.AccessDenied, SocketFailureReason.AccessDenied)]
    [InlineData(SocketError.NoBufferSpaceAvailable, SocketFailureReason.ResourcesExhausted)]
    public void A_refusal_of_the_system_is_a_failure_with_its_reason(SocketError error, SocketFailureReason reason)
    {
        using SystemSocket socket = Create(Tcp4);
        SocketFailureException exception = Assert.Throws<SocketFailureException>(() => Refusing(error).Apply(socket, 3));
        Assert.Equal((reason, error), (exception.Reason, exception.SocketError));
        Assert.Contains("Setting Refused to 3", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketError.ProtocolOption)]
    [InlineData(SocketError.OperationNotSupported)]
    public void An_option_that_the_system_does_not_know_is_unsupported(SocketError error)
    {
        using SystemSocket socket = Create(Tcp4);
        Assert.Equal(SocketSettingResult.Unsupported, Refusing(error).Apply(socket, 3));
        Assert.False(Refusing(error).TryRead(socket, out _));
    }

    [Fact]
    public void A_closed_socket_is_told_as_such()
    {
        SystemSocket socket = Create(Tcp4);
        socket.Dispose();
        foreach (SettingCase tried in s_cases.Where(static tried => tried.Kinds.Contains(Tcp4) && !s_asTheSystemIsSet.Contains(tried.Setting.Name)))
            Assert.Throws<ObjectDisposedException>(() => tried.Run(socket));
    }

    private static SystemSetting<int> Refusing(SocketError error) => new("Refused", SettingScope.Tcp, SettingMoments.Always)
    {
        Write = (_, _) => throw new SocketException((int)error),
        Read = (SystemSocket _, out int _) => throw new SocketException((int)error),
    };

    private static bool HasFastOpenClient()
    {
        using SystemSocket socket = Create(Tcp4);
        return SocketSettings.FastOpenConnect.Apply(socket, true) == SocketSettingResult.Applied;
    }

    private static void AssertRefused<T>(SocketSetting<T> setting, string range, params T[] values)
    {
        using SystemSocket socket = Create(Tcp4);
        foreach (T value in values)
        {
            ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => setting.Apply(socket, value));
            Assert.Contains(setting.Name, exception.Message, StringComparison.Ordinal);
            Assert.Contains(range, exception.Message, StringComparison.Ordinal);
        }
    }
}
