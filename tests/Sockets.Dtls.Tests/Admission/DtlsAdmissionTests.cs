using System;
using System.Net;

namespace Sockets.Dtls.Tests.Admission;

/// <summary>Who is let in, without an endpoint.</summary>
public sealed class DtlsAdmissionTests
{
    private static readonly MonotonicTime Start = MonotonicTime.Zero;

    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(500); // at two a second

    [Theory]
    [InlineData(0, 1, null, null, null, "MaxConnections")]
    [InlineData(10, 0, null, null, null, "MaxHandshakes")]
    [InlineData(10, 11, null, null, null, "MaxHandshakes")]
    [InlineData(10, 5, 0, null, null, "MaxConnectionsPerAddress")]
    [InlineData(10, 5, 11, null, null, "MaxConnectionsPerAddress")]
    [InlineData(10, 5, null, 0, null, "MaxHandshakesPerSecond")]
    [InlineData(10, 5, null, 10_000_001, null, "MaxHandshakesPerSecond")]
    [InlineData(10, 5, null, null, 0, "CookieThreshold")]
    [InlineData(10, 5, null, null, 5, "CookieThreshold")]
    public void A_limit_that_cannot_hold_is_named(int connections, int handshakes, int? perAddress, int? perSecond, int? threshold, string setting)
    {
        var limits = new DtlsAdmissionLimits
        {
            MaxConnections = connections,
            MaxHandshakes = handshakes,
            MaxConnectionsPerAddress = perAddress,
            MaxHandshakesPerSecond = perSecond,
            CookieThreshold = threshold,
        };
        ArgumentException exception = Assert.Throws<ArgumentException>(() => new DtlsAdmission(limits));
        Assert.Equal(setting, exception.ParamName);
        Assert.StartsWith($"DtlsAdmissionLimits.{setting} is ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Handshakes_follow_the_connections_where_nothing_is_said_of_them()
    {
        Assert.Equal(3, new DtlsAdmissionLimits { MaxConnections = 3 }.MaxHandshakes);
        Assert.Equal(1000, new DtlsAdmissionLimits().MaxHandshakes);
        new DtlsAdmissionLimits { MaxConnections = 3 }.Validate();
        Assert.Throws<ArgumentException>(new DtlsAdmissionLimits { MaxConnections = 3, MaxHandshakes = 1000 }.Validate);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(null, 10_000_001)]
    [InlineData(20, 21)]
    public void A_rate_of_one_address_that_cannot_hold_is_named(int? perSecond, int perAddress)
    {
        var limits = new DtlsAdmissionLimits { MaxHandshakesPerSecond = perSecond, MaxHandshakesPerSecondPerAddress = perAddress };
        ArgumentException exception = Assert.Throws<ArgumentException>(limits.Validate);
        Assert.Equal("MaxHandshakesPerSecondPerAddress", exception.ParamName);
        (limits with { MaxHandshakesPerSecondPerAddress = 20 }).Validate();
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)] // a dual-stack socket shows all of IPv4 in one block
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "::c000:201", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void Limits_count_an_IPv4_address_or_64_bits_of_IPv6(string first, string second, bool isSame)
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits { MaxConnectionsPerAddress = 1 });
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, first, port: 1));
        Assert.Equal(isSame ? DtlsAdmissionVerdict.AddressFull : DtlsAdmissionVerdict.Admitted, Enter(admission, second, port: 2));
    }

    [Fact]
    public void An_address_that_has_proven_nothing_is_not_counted_and_not_kept()
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits { MaxConnectionsPerAddress = 1, CookieThreshold = 100 });
        for (int i = 0; i < 50; i++)
            Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "192.0.2.1", port: i + 1, isValidated: false));
        Assert.Equal(0, admission.Statistics.Addresses);
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "192.0.2.1", port: 99));
        Assert.Equal(1, admission.Statistics.Addresses);
        Assert.Equal(1, admission.Statistics.FullAddresses);
        Assert.False(admission.TryValidate(Address("192.0.2.1", 1), Start));
        Assert.True(admission.TryValidate(Address("192.0.2.2", 1), Start));
    }

    [Fact]
    public void A_place_that_was_given_back_can_be_taken_again()
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits { MaxConnections = 1, MaxHandshakes = 1, MaxConnectionsPerAddress = 1 });
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "192.0.2.1"));
            Assert.Equal(DtlsAdmissionVerdict.ConnectionsFull, Enter(admission, "192.0.2.2"));
            admission.EndHandshake();
            admission.Leave(Address("192.0.2.1", 1));
            Assert.Equal(0, admission.Statistics.Addresses);
            Assert.Equal(0, admission.Statistics.FullAddresses);
            Assert.Equal(0, admission.Statistics.Connections);
        }
    }

    [Fact]
    public void Handshakes_are_limited_in_time()
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits { MaxHandshakesPerSecond = 4 });
        MonotonicTime now = Start + TimeSpan.FromHours(1);
        for (int i = 0; i < 4; i++)
            Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "192.0.2.1", now: now)); // a second's worth at once
        Assert.Equal(DtlsAdmissionVerdict.TooFast, Enter(admission, "192.0.2.2", now: now));
        Assert.Equal(DtlsAdmissionVerdict.TooFast, Enter(admission, "192.0.2.2", now: now + TimeSpan.FromMilliseconds(249)));
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "192.0.2.2", now: now + TimeSpan.FromMilliseconds(250)));
        Assert.Equal(DtlsAdmissionVerdict.TooFast, Enter(admission, "192.0.2.2", now: now + TimeSpan.FromMilliseconds(251)));

        // Nobody can use up the turns with an address that is not its own.
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "192.0.2.3", isValidated: false, now: now + TimeSpan.FromMilliseconds(251)));
    }

    [Fact]
    public void Handshakes_of_one_address_are_limited_in_time_and_leave_the_turns_of_others()
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits { MaxHandshakesPerSecond = 4, MaxHandshakesPerSecondPerAddress = 2 });
        MonotonicTime now = Start + TimeSpan.FromHours(1);
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "2001:db8::1", now: now));
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "2001:db8::2", now: now)); // a second's worth at once
        Assert.Equal(DtlsAdmissionVerdict.AddressTooFast, Enter(admission, "2001:db8::3", now: now));
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "2001:db8:0:1::1", now: now)); // what was refused took no turn of all
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "192.0.2.1", now: now));
        Assert.Equal(DtlsAdmissionVerdict.TooFast, Enter(admission, "192.0.2.1", now: now));
        Assert.Equal(DtlsAdmissionVerdict.AddressTooFast, Enter(admission, "2001:db8::1", now: now + (Turn - TimeSpan.FromTicks(1))));
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "2001:db8::1", now: now + Turn));
        Assert.Equal(DtlsAdmissionVerdict.AddressTooFast, Enter(admission, "2001:db8::1", now: now + Turn));

        // Also when its connections have ended.
        for (int i = 0; i < 3; i++)
            admission.Leave(Address("2001:db8::1", 1));
        Assert.Equal(DtlsAdmissionVerdict.AddressTooFast, Enter(admission, "2001:db8::1", now: now + Turn));
    }

    [Fact]
    public void What_others_begin_in_the_name_of_an_address_takes_none_of_its_turns()
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits { MaxHandshakesPerSecondPerAddress = 2, CookieThreshold = 100 });
        for (int i = 0; i < 50; i++)
            Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "192.0.2.1", port: i + 1, isValidated: false));
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "192.0.2.1"));
        Assert.False(admission.IsTooFast(Address("192.0.2.1", 2), Start));

        // Who was let in without a cookie and proves to be there takes one then.
        Assert.True(admission.TryValidate(Address("192.0.2.1", 9), Start));
        Assert.True(admission.IsTooFast(Address("192.0.2.1", 2), Start));
        Assert.Equal(DtlsAdmissionVerdict.AddressTooFast, Enter(admission, "192.0.2.1"));
        Assert.False(admission.IsTooFast(Address("192.0.2.1", 2), Start + Turn));
    }

    [Fact]
    public void What_is_known_of_the_rates_of_addresses_is_bounded_and_forgotten_after_a_second()
    {
        var rates = new DtlsAddressRates(2);
        for (int i = 0; i < 3 * DtlsAddressRates.Capacity; i++)
        {
            rates.Take(Block(i), Start);
            rates.Take(Block(i), Start);
            Assert.InRange(rates.Count, 1, DtlsAddressRates.Capacity);
            Assert.False(rates.HasTurn(Block(i), Start));
        }

        MonotonicTime now = Start + TimeSpan.FromSeconds(1);
        for (int i = 0; i <= DtlsAddressRates.Capacity; i++)
            rates.Take(Block(-1), now);
        Assert.Equal(1, rates.Count);
        Assert.False(rates.HasTurn(Block(-1), now + (Turn - TimeSpan.FromTicks(1))));
        Assert.True(rates.HasTurn(Block(-1), now + Turn)); // however many turns it took: no debt beyond a second

        static DtlsAddressBlock Block(int number) => new(DtlsAddress.FromIPv4(BitConverter.GetBytes(number), 1));
    }

    [Fact]
    public void Cookies_begin_at_the_threshold_and_end_at_half_of_it()
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits { CookieThreshold = 4 });
        Assert.False(admission.IsAskingForCookies);
        for (int i = 0; i < 3; i++)
            Enter(admission, "192.0.2.1", isValidated: false);
        Assert.False(admission.IsAskingForCookies);
        Enter(admission, "192.0.2.1", isValidated: false);
        Assert.True(admission.IsAskingForCookies);
        admission.EndHandshake();
        Assert.True(admission.IsAskingForCookies); // three left: a load beside the threshold changes nothing
        admission.EndHandshake();
        Assert.False(admission.IsAskingForCookies);
        Enter(admission, "192.0.2.1");
        Assert.False(admission.IsAskingForCookies);
    }

    [Fact]
    public void Without_a_threshold_everybody_is_asked_for_a_cookie()
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits());
        Assert.True(admission.IsAskingForCookies);
        Enter(admission, "192.0.2.1");
        admission.EndHandshake();
        Assert.True(admission.IsAskingForCookies);
    }

    [Fact]
    public void Nobody_enters_what_is_closed()
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits()) { IsOpen = false };
        Assert.Equal(DtlsAdmissionVerdict.Closed, Enter(admission, "192.0.2.1"));
        admission.IsOpen = true;
        Assert.Equal(DtlsAdmissionVerdict.Admitted, Enter(admission, "192.0.2.1"));
    }

    private static DtlsAdmissionVerdict Enter(DtlsAdmission admission, string address, int port = 1, bool isValidated = true, MonotonicTime now = default) =>
        admission.TryEnter(Address(address, port), isValidated, hasRoom: true, now);

    private static DtlsAddress Address(string address, int port) => DtlsAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse(address), port));
}
