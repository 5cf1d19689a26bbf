using System.Net;
using System.Net.Sockets;
using Sockets.Engine;
using Sockets.Tests.Platform;
using static Sockets.Tests.Proxy.ProxyHeaders;

namespace Sockets.Tests.Proxy;

public class ProxyHeaderParserTests
{
    public static TheoryData<int> EveryValid => [.. Enumerable.Range(0, Valid.Count)];

    [Theory]
    [InlineData("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n", "192.168.0.1:56324", "192.168.0.11:443")] // the specification's example
    [InlineData("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535", "255.255.255.255:65535")]
    [InlineData("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n", "[2001:db8::1]:0", "[::1]:65535")]
    [InlineData("PROXY TCP6 :: 1:2:3:4:5:6:7:8 1 2\r\n", "[::]:1", "[1:2:3:4:5:6:7:8]:2")]
    [InlineData("PROXY TCP6 ::ffff:192.0.2.1 1:2:3:4:5:6:7:: 1 2\r\n", "[::ffff:192.0.2.1]:1", "[1:2:3:4:5:6:7:0]:2")]
    [InlineData("PROXY TCP6 ABCD:ef01::1.2.3.4 1::8 1 2\r\n", "[abcd:ef01::102:304]:1", "[1::8]:2")]
    public void A_line_gives_the_addresses(string line, string source, string destination)
    {
        ProxyHeaderOutcome outcome = Parse(Line(line));
        Assert.Equal((ProxyHeaderStatus.Done, line.Length), (outcome.Status, outcome.Length));
        Assert.Equal(IPEndPoint.Parse(source), outcome.Info!.Source);
        Assert.Equal(IPEndPoint.Parse(destination), outcome.Info.Destination);
        Assert.Equal(SocketProxyVersions.Version1, outcome.Info.Version);
        Assert.False(outcome.Info.IsLocal);
        Assert.Empty(outcome.Info.Tlvs);
    }

    [Theory]
    [InlineData("PROXY UNKNOWN\r\n")]
    [InlineData("PROXY UNKNOWN \r\n")]
    [InlineData("PROXY UNKNOWN what ever\r it \n says\r\n")]
    [InlineData("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n")]
    public void An_unknown_transport_gives_no_addresses(string line)
    {
        ProxyHeaderOutcome outcome = Parse(Line(line + "data"));
        Assert.Equal((ProxyHeaderStatus.Done, line.Length), (outcome.Status, outcome.Length));
        Assert.Null(outcome.Info!.Source);
        Assert.Null(outcome.Info.Destination);
        Assert.False(outcome.Info.IsLocal);
    }

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 -1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 +1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 01\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 \r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n")]
    [InlineData("PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 0x7f.0.0.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 ::1 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 1:2:3:4::5:6:7:8 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 1::2::3 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 :::1 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 1::2: ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 :1::2 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 12345::1 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 g::1 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 [::1] ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 ::1.2.3 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 ::1.2.3.4:5 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 1:2:3:4:5:6:7:1.2.3.4 ::1 1 2\r\n")]
    [InlineData("PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY UNKNOWNS\r\n")]
    [InlineData("PROXY \r\n")]
    [InlineData("PROXY TCP4\r\n")]
    public void A_malformed_line_is_refused(string line)
    {
        ProxyHeaderOutcome outcome = Parse(Line(line));
        Assert.Equal((ProxyHeaderStatus.Invalid, ProxyHeaderProblem.BadLine), (outcome.Status, outcome.Problem));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("proxy TCP4")]
    [InlineData("PROXYTCP4")]
    [InlineData("PROXY\r\n")]
    [InlineData("\r\n\r\r")]
    [InlineData(" PROXY")]
    [InlineData("X")]
    public void Something_else_is_refused_at_its_first_foreign_byte(string beginning)
    {
        ProxyHeaderOutcome outcome = Parse(Line(beginning));
        Assert.Equal((ProxyHeaderStatus.Invalid, ProxyHeaderProblem.NotAHeader), (outcome.Status, outcome.Problem));
    }

    [Fact]
    public void A_line_has_107_bytes_and_no_more()
    {
        string longest = "PROXY UNKNOWN ".PadRight(105, 'x') + "\r\n";
        Assert.Equal((ProxyHeaderStatus.Done, 107), (Parse(Line(longest)).Status, Parse(Line(longest + "\r\n")).Length));
        string longer = "PROXY UNKNOWN ".PadRight(106, 'x') + "\r\n";
        Assert.Equal(ProxyHeaderProblem.TooLong, Parse(Line(longer)).Problem);
        Assert.Equal(ProxyHeaderProblem.TooLong, Parse(Line(longer[..107])).Problem); // at once, without waiting for its end
        Assert.Equal(ProxyHeaderStatus.NeedMore, Parse(Line(longer[..106])).Status);
    }

    [Fact]
    public void A_binary_header_of_the_specification()
    {
        byte[] header =
        [
            0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0x00, 0x0C,
            192, 0, 2, 1, 198, 51, 100, 7, 0xDC, 0x04, 0x01, 0xBB,
        ];
        ProxyHeaderOutcome outcome = Parse([.. header, .. "GET"u8]);
        Assert.Equal((ProxyHeaderStatus.Done, 28), (outcome.Status, outcome.Length));
        Assert.Equal(Source4, outcome.Info!.Source);
        Assert.Equal(Destination4, outcome.Info.Destination);
        Assert.Equal(header, SocketProxyHeader.CreateVersion2(Source4, Destination4));
    }

    [Fact]
    public void What_follows_the_addresses_is_exposed()
    {
        SocketProxyInfo info = Parse(SocketProxyHeader.CreateVersion2(Source6, Destination6, Tlvs, includeChecksum: true)).Info!;
        Assert.Equal((Source6, Destination6), (info.Source, info.Destination));
        Assert.Equal("h2"u8, info.ApplicationProtocol!.Value.Span);
        Assert.Equal("example.org", info.Authority);
        Assert.Equal([1, 2, 3], info.UniqueId!.Value.ToArray());
        Assert.Equal("ns", info.NetworkNamespace);
        Assert.Equal(Tlvs, info.Tlvs.Take(Tlvs.Length));
        Assert.Equal(SocketProxyTlvType.Crc32C, info.Tlvs[^1].Type);
        Assert.Equal(Tlvs.Length + 1, info.Tlvs.Count);
        SocketProxyTls tls = info.Tls!;
        Assert.True(tls.IsTls && tls.HasCertificate && tls.HasCertificateInSession && tls.IsCertificateVerified);
        Assert.Equal(("TLSv1.3", "me", null, 3), (tls.Version, tls.CommonName, tls.Cipher, tls.Tlvs.Count));
        SocketProxyInfo bare = Parse(SocketProxyHeader.CreateVersion2(Source6, Destination6)).Info!;
        Assert.True(bare is { ApplicationProtocol: null, Authority: null, UniqueId: null, NetworkNamespace: null, Tls: null });
    }

    [Theory]
    [InlineData(0x01, 0, true, false, false)]
    [InlineData(0x00, 0, false, false, false)]
    [InlineData(0x05, 0, true, false, true)]
    [InlineData(0x03, 1, true, true, false)]
    public void Verified_means_shown_and_without_an_error(byte client, uint result, bool isTls, bool hasCertificate, bool isVerified)
    {
        var ssl = new SocketProxyTlv(SocketProxyTlvType.Ssl, new byte[] { client, 0, 0, 0, (byte)result });
        SocketProxyTls tls = Parse(SocketProxyHeader.CreateVersion2(Source4, Destination4, [ssl])).Info!.Tls!;
        Assert.Equal((isTls, hasCertificate, isVerified, result), (tls.IsTls, tls.HasCertificate, tls.IsCertificateVerified, tls.VerifyResult));
    }

    [Fact]
    public void A_local_connection_has_no_addresses_whatever_stands_there()
    {
        byte[] header = SocketProxyHeader.CreateVersion2(Source4, Destination4, Tlvs);
        header[12] = 0x20;
        header[13] = 0xFF; // ignored, too
        ProxyHeaderOutcome outcome = Parse(header);
        Assert.Equal((ProxyHeaderStatus.Done, header.Length), (outcome.Status, outcome.Length));
        Assert.True(outcome.Info is { IsLocal: true, Source: null, Destination: null, Tlvs.Count: 0 });
        Assert.True(Parse(SocketProxyHeader.CreateLocal()).Info!.IsLocal);
    }

    [Theory]
    [InlineData("/run/app.sock", "\0abstract")]
    [InlineData("relative", "/a")]
    public void Paths_come_back(string source, string destination)
    {
        byte[] header = SocketProxyHeader.CreateVersion2(new UnixDomainSocketEndPoint(source), new UnixDomainSocketEndPoint(destination));
        Assert.Equal(16 + 216, header.Length);
        SocketProxyInfo info = Parse(header).Info!;
        Assert.Equal(new UnixDomainSocketEndPoint(source), info.Source);
        Assert.Equal(new UnixDomainSocketEndPoint(destination), info.Destination);
    }

    [Fact]
    public void Unnamed_and_overlong_paths_are_no_addresses()
    {
        byte[] header = new byte[16 + 216];
        SocketProxyHeader.CreateVersion2(new UnixDomainSocketEndPoint("/a"), new UnixDomainSocketEndPoint("/b")).AsSpan(0, 16).CopyTo(header);
        header.AsSpan(16 + 108).Fill((byte)'x');
        SocketProxyInfo info = Parse(header).Info!;
        Assert.Null(info.Source);
        Assert.Null(info.Destination);
    }

    [Theory]
    [InlineData(12, 0x22, ProxyHeaderProblem.BadCommand)]
    [InlineData(12, 0x2F, ProxyHeaderProblem.BadCommand)]
    [InlineData(12, 0x11, ProxyHeaderProblem.BadCommand)]
    [InlineData(12, 0x31, ProxyHeaderProblem.BadCommand)]
    [InlineData(13, 0x12, ProxyHeaderProblem.Datagram)]
    [InlineData(13, 0x22, ProxyHeaderProblem.Datagram)]
    [InlineData(13, 0x32, ProxyHeaderProblem.Datagram)]
    [InlineData(13, 0x13, ProxyHeaderProblem.BadFamily)]
    [InlineData(13, 0x41, ProxyHeaderProblem.BadFamily)]
    [InlineData(13, 0x21, ProxyHeaderProblem.BadLength)] // IPv6 in the length of IPv4
    [InlineData(15, 0x0B, ProxyHeaderProblem.BadLength)]
    [InlineData(15, 0x00, ProxyHeaderProblem.BadLength)]
    [InlineData(14, 0x10, ProxyHeaderProblem.TooLong)]
    [InlineData(5, 0x00, ProxyHeaderProblem.NotAHeader)]
    public void A_wrong_byte_is_refused_with_its_reason(int offset, byte value, object problem)
    {
        byte[] header = SocketProxyHeader.CreateVersion2(Source4, Destination4);
        header[offset] = value;
        Assert.Equal((ProxyHeaderProblem)problem, Parse(header).Problem);
    }

    [Fact]
    public void Malformed_fields_are_refused()
    {
        AssertFields(ProxyHeaderProblem.BadTlv, 1);
        AssertFields(ProxyHeaderProblem.BadTlv, 1, 0);
        AssertFields(ProxyHeaderProblem.BadTlv, 1, 0, 1);
        AssertFields(ProxyHeaderProblem.BadTlv, 1, 0, 2, 0);
        AssertFields(ProxyHeaderProblem.BadTlv, 0x20, 0, 4, 0, 0, 0, 0);
        AssertFields(ProxyHeaderProblem.BadTlv, 0x20, 0, 6, 0, 0, 0, 0, 0, 0x21);
        AssertFields(ProxyHeaderProblem.BadTlv, 0x20, 0, 8, 0, 0, 0, 0, 0, 0x21, 0, 1);
        AssertFields(ProxyHeaderProblem.BadTlv, [5, 0, 129, .. new byte[129]]);
        AssertFields(ProxyHeaderProblem.BadChecksum, 3, 0, 4, 0, 0, 0, 0);
        AssertFields(ProxyHeaderProblem.BadChecksum, 3, 0, 0);
        AssertFields(ProxyHeaderProblem.None, 1, 0, 0);
        AssertFields(ProxyHeaderProblem.None, 0x20, 0, 5, 0, 0, 0, 0, 0);
        AssertFields(ProxyHeaderProblem.None, [5, 0, 128, .. new byte[128]]);

        byte[] twice = SocketProxyHeader.CreateVersion2(Source4, Destination4, [new SocketProxyTlv(SocketProxyTlvType.Crc32C, new byte[4])], includeChecksum: true);
        Assert.Equal(ProxyHeaderProblem.BadChecksum, Parse(twice).Problem);
    }

    [Fact]
    public void A_version_that_is_not_allowed_is_refused()
    {
        Assert.Equal(ProxyHeaderProblem.VersionRefused, Parse("P"u8, SocketProxyVersions.Version2).Problem);
        Assert.Equal(ProxyHeaderProblem.VersionRefused, Parse("\r"u8, SocketProxyVersions.Version1).Problem);
        Assert.Equal(ProxyHeaderStatus.Done, Parse(Valid[0], SocketProxyVersions.Version1).Status);
        Assert.Equal(ProxyHeaderStatus.Done, Parse(Valid[6], SocketProxyVersions.Version2).Status);
        Assert.Equal(ProxyHeaderStatus.NeedMore, Parse([], SocketProxyVersions.Version1).Status);
    }

    [Fact]
    public void The_length_that_the_options_allow_is_judged_before_the_rest_is_waited_for()
    {
        byte[] header = SocketProxyHeader.CreateVersion2(Source4, Destination4, [new SocketProxyTlv(SocketProxyTlvType.NoOperation, new byte[1000])]);
        Assert.Equal(ProxyHeaderStatus.Done, Parse(header, maxLength: header.Length).Status);
        Assert.Equal(ProxyHeaderProblem.TooLong, Parse(header.AsSpan(0, 16), maxLength: header.Length - 1).Problem);
    }

    [Theory]
    [MemberData(nameof(EveryValid))]
    public void Cut_anywhere_more_is_needed_and_what_is_asked_for_belongs_to_the_header(int index)
    {
        byte[] header = Valid[index];
        for (int cut = 0; cut < header.Length; cut++)
        {
            ProxyHeaderOutcome outcome = Parse(header.AsSpan(0, cut));
            Assert.Equal(ProxyHeaderStatus.NeedMore, outcome.Status);
            Assert.InRange(outcome.Length, cut + 1, header.Length);
        }

        ProxyHeaderOutcome whole = Parse(header);
        for (int extra = 0; extra < 300; extra++) // whatever follows, line ends included
        {
            ProxyHeaderOutcome outcome = Parse([.. header, .. Enumerable.Repeat((byte)(extra % 2 == 0 ? '\r' : '\n'), extra)]);
            Assert.Equal((ProxyHeaderStatus.Done, header.Length), (outcome.Status, outcome.Length));
            Assert.Equal(Describe(whole.Info!), Describe(outcome.Info!));
        }
    }

    [Theory]
    [MemberData(nameof(EveryValid))]
    public void Every_change_of_one_byte_is_judged_as_the_specification_says(int index)
    {
        byte[] header = [.. Valid[index], .. "data"u8];
        for (int i = 0; i < header.Length; i++)
        {
            byte old = header[i];
            for (int value = 0; value <= byte.MaxValue; value++)
            {
                header[i] = (byte)value;
                AssertAsReference(header);
            }

            header[i] = old;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_damage_is_judged_as_the_specification_says(int seed)
    {
        const int Rounds = 20_000;
        var random = new Random(seed);
        byte[] alphabet = "0123456789abcdefABCDEF:.: \r\nPROXYTCP46UNKNOWN"u8.ToArray();
        for (int round = 0; round < Rounds; round++)
        {
            List<byte> header = [.. Valid[random.Next(Valid.Count)]];
            for (int damage = random.Next(4); damage >= 0; damage--)
            {
                int place = random.Next(header.Count);
                byte value = random.Next(2) == 0 ? alphabet[random.Next(alphabet.Length)] : (byte)random.Next(256);
                switch (random.Next(4))
                {
                    case 0:
                        header.Insert(place, value);
                        break;
                    case 1 when header.Count > 1:
                        header.RemoveAt(place);
                        break;
                    case 2 when header.Count > 1:
                        header.RemoveRange(place, Math.Min(random.Next(20), header.Count - place - 1));
                        break;
                    default:
                        header[place] = value;
                        break;
                }
            }

            AssertAsReference([.. header]);
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Random_addresses_in_text_are_judged_as_the_specification_says(int seed)
    {
        const int Rounds = 40_000;
        var random = new Random(seed);
        string[] pieces = ["::", ":", "1", "ffff", "0", "1.2.3.4", "00ab", ".", "255", "2001:db8"];
        for (int round = 0; round < Rounds; round++)
        {
            string address = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            AssertAsReference(Line($"PROXY TCP{(random.Next(4) == 0 ? 4 : 6)} {address} ::1 1 2\r\n"));
        }
    }

    [Fact]
    public void An_invalid_header_costs_no_memory()
    {
        byte[][] invalid =
        [
            .. new[] { "X", "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n", "PROXY TCP6 ::1 ::g 1 1\r\n" }.Select(Line),
            [.. Valid[10][..^1], (byte)(Valid[10][^1] ^ 1)],
            Valid[9][..^1],
        ];
        Assert.Equal(0, Allocations.PerCall(() =>
        {
            foreach (byte[] header in invalid)
                Assert.True(ProxyHeaderParser.Parse(header, SocketProxyVersions.All, MaxLength, out _, out _, out _) != ProxyHeaderStatus.Done);
        }));
    }

    private static void AssertFields(object problem, params byte[] fields)
    {
        byte[] header = [.. SocketProxyHeader.CreateVersion2(Source4, Destination4), .. fields];
        header[15] += (byte)fields.Length;
        Assert.Equal((ProxyHeaderProblem)problem, Parse(header).Problem);
    }

    private static void AssertAsReference(byte[] header)
    {
        ProxyHeaderStatus status = ProxyHeaderParser.Parse(header, SocketProxyVersions.All, MaxLength, out int length, out SocketProxyInfo? info, out _);
        string found = status switch
        {
            ProxyHeaderStatus.NeedMore => "more",
            ProxyHeaderStatus.Invalid => "invalid",
            _ => $"{length} {Describe(info!)}",
        };
        string expected = ReferenceProxyParser.Parse(header, MaxLength);
        if (found != expected)
            Assert.Fail($"{Convert.ToHexString(header)}: {found} instead of {expected}");
    }
}
