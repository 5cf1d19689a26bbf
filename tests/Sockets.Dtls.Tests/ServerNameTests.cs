using System;
using System.Linq;
using Sockets.Dtls.Tests.Conformance;

namespace Sockets.Dtls.Tests;

public sealed class ServerNameTests
{
    // RFC 6066 §3: an empty server_name extension, type 0 and length 0.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_name_is_acknowledged_unless_the_server_makes_no_use_of_it(bool acknowledges)
    {
        const byte encryptedExtensions = 8;
        using var pair = new WatchedPair(
            client: static config => config with { ServerName = "a.example" },
            server: config => config with { AcknowledgeServerName = acknowledges });
        pair.Pair.DriveToConnected();
        byte[] message = pair.FromServer
            .Where(static record => record.Type == 22)
            .SelectMany(static record => record.Fragments())
            .First(static fragment => fragment.Type == encryptedExtensions).Body;
        Assert.Equal(acknowledges, message.AsSpan(2).IndexOf(new byte[4]) == 0); // the first extension, if it is there
        Assert.Equal("a.example", pair.Pair.Server.Connection.ServerName);
    }
}
