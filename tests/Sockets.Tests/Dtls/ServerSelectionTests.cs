using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Links.Dtls;

namespace Sockets.Tests;

/// <summary>Options that the application chooses by the client's ClientHello, and SRTP keys, on real sockets.</summary>
public class ServerSelectionTests
{
    [Fact]
    public async Task The_name_chooses_credentials_trust_and_protocols()
    {
        DtlsServerOptions? strict = null;
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            strict = new DtlsServerOptions
            {
                Credentials = [authority.ServerCredential("strict.example")],
                ClientAuthentication = DtlsClientAuthentication.Required,
                Trust = authority.Trust,
                ApplicationProtocols = [new DtlsApplicationProtocol("strict")],
            };
            options.ServerOptionsSelectionCallback = async (hello, _) =>
            {
                await Task.Yield();
                return hello.ServerName == "strict.example" ? strict : options;
            };
        });

        (DtlsChannel open, _) = await loopback.ConnectPairAsync();
        using X509Certificate2? usual = open.GetPeerCertificate();
        Assert.Contains("localhost", usual!.GetNameInfo(X509NameType.DnsName, forIssuer: false), StringComparison.Ordinal);

        for (int round = 0; round < 2; round++)
        {
            (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
            {
                options.TargetHost = "strict.example";
                options.Credentials = [loopback.Authority.ClientCredential()];
                options.ApplicationProtocols = [new DtlsApplicationProtocol("other"), new DtlsApplicationProtocol("strict")];
            });
            using X509Certificate2? special = client.GetPeerCertificate();
            Assert.Equal("strict.example", special!.GetNameInfo(X509NameType.DnsName, forIssuer: false));
            using X509Certificate2? seen = server.GetPeerCertificate();
            Assert.Equal("CN=client", seen?.Subject);
            Assert.Equal("strict", client.ApplicationProtocol.ToString());
        }
    }

    /// <summary>The times of a listener or a manager hold for whoever it serves, or silent clients would keep their places for ever.</summary>
    [Fact]
    public void Chosen_options_do_not_lift_the_limits_of_the_listener()
    {
        using var authority = new TestAuthority();
        var options = new DtlsServerOptions { Credentials = [authority.ServerCredential("localhost")] };
        DtlsConfig listener = options.CreateConfig() with
        {
            HandshakeTimeout = TimeSpan.FromSeconds(7),
            IdleTimeout = TimeSpan.FromMinutes(8),
            MaxLifetime = TimeSpan.FromHours(9),
        };
        DtlsConfig chosen = new DtlsServerSelection(options, listener, TimeProvider.System).Config;
        Assert.Equal(listener.HandshakeTimeout, chosen.HandshakeTimeout);
        Assert.Equal(listener.IdleTimeout, chosen.IdleTimeout);
        Assert.Equal(listener.MaxLifetime, chosen.MaxLifetime);
    }

    /// <summary>Who keeps tickets from being used twice is of the choice; asked by the listener's lookups alone, nobody would.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chosen_options_bring_their_own_lookups(bool listenerHasSome)
    {
        using var keys = new DtlsTicketKeys(CryptoProviders.Default);
        using var cache = new DtlsTicketCache();
        int uses = 0;
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            var chosen = new DtlsServerOptions
            {
                Credentials = [authority.ServerCredential()],
                Tickets = keys,
                UseTicketAsync = (_, _) => new ValueTask<bool>(Interlocked.Increment(ref uses) == 1),
            };
            options.ServerOptionsSelectionCallback = (_, _) => new ValueTask<DtlsServerOptions?>(chosen);
            options.Tickets = keys;
            if (listenerHasSome)
                options.OpenTicketAsync = static (_, _) => new ValueTask<byte[]?>((byte[]?)null);
        });
        foreach (bool isResumed in (bool[])[false, true, false])
        {
            (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options => options.Tickets = cache);
            Assert.Equal(isResumed, client.IsResumed);
            server.TrySend([1]); // behind the tickets
            await client.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Loopback.HangGuard);
            await server.UpdateKeysAsync().WaitAsync(Loopback.HangGuard); // they have arrived
            _ = client.Statistics; // not before the loop has dealt with all that came with it
        }

        Assert.Equal(2, uses);
    }

    [Fact]
    public async Task A_name_that_nobody_serves_is_refused()
    {
        var refused = new TaskCompletionSource<DtlsException>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.Credentials = [];
            options.ServerOptionsSelectionCallback = static (_, _) => new ValueTask<DtlsServerOptions?>((DtlsServerOptions?)null);
            options.HandshakeFailed = (_, exception) => refused.TrySetResult(exception);
        });
        DtlsException failure = await loopback.FailToConnectAsync();
        Assert.Equal(AlertDescription.UnrecognizedName, failure.Failure?.Alert);
        DtlsException seen = await refused.Task.WaitAsync(Loopback.HangGuard);
        Assert.Equal(DtlsFailureReason.ClientHelloRefused, seen.Failure?.Reason);
    }

    [Fact]
    public async Task A_choice_that_fails_costs_its_client_the_handshake_and_nobody_else()
    {
        var failed = new TaskCompletionSource<DtlsException>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bad = new DtlsServerOptions();
        await using Loopback loopback = Loopback.Start((options, _) =>
        {
            options.ServerOptionsSelectionCallback = (hello, _) => new ValueTask<DtlsServerOptions?>(hello.ServerName == "localhost" ? options : bad);
            options.HandshakeFailed = (_, exception) => failed.TrySetResult(exception);
        });
        DtlsException failure = await loopback.FailToConnectAsync(static options => options.TargetHost = "bad.example");
        Assert.Equal(AlertDescription.InternalError, failure.Failure?.Alert);
        DtlsException seen = await failed.Task.WaitAsync(Loopback.HangGuard);
        Assert.IsType<ArgumentException>(seen.InnerException);
        await loopback.ConnectAsync();
    }

    /// <summary>Called behind an answer, and not in the receive loop, a callback that throws ends no more than it does there.</summary>
    [Fact]
    public async Task A_callback_that_throws_behind_the_choice_costs_its_client_alone()
    {
        await using Loopback loopback = Loopback.Start(static (options, _) =>
        {
            options.ApplicationProtocolSelector = static hello => hello.Offers(new DtlsApplicationProtocol("bad"))
                ? throw new InvalidOperationException("the application's")
                : DtlsProtocolChoice.Use(hello.ApplicationProtocols[0]);
            options.ServerOptionsSelectionCallback = (_, _) => new ValueTask<DtlsServerOptions?>(options);
        });
        (DtlsChannel bystander, _) = await loopback.ConnectPairAsync(static options => options.ApplicationProtocols = [new DtlsApplicationProtocol("good")]);
        DtlsException failure = await loopback.FailToConnectAsync(static options => options.ApplicationProtocols = [new DtlsApplicationProtocol("bad")]);
        Assert.Equal(AlertDescription.InternalError, failure.Failure?.Alert);
        Assert.False(bystander.IsOver);
        await loopback.ConnectAsync(static options => options.ApplicationProtocols = [new DtlsApplicationProtocol("good")]);
    }

    [Fact]
    public async Task The_application_chooses_the_protocol()
    {
        await using Loopback loopback = Loopback.Start(static (options, _) => options.ApplicationProtocolSelector =
            static hello => hello.Offers(new DtlsApplicationProtocol("b")) ? DtlsProtocolChoice.Use(new DtlsApplicationProtocol("b")) : DtlsProtocolChoice.Refuse);
        DtlsChannel client = await loopback.ConnectAsync(static options => options.ApplicationProtocols = [new DtlsApplicationProtocol("a"), new DtlsApplicationProtocol("b")]);
        Assert.Equal("b", client.ApplicationProtocol.ToString());
        DtlsException failure = await loopback.FailToConnectAsync(static options => options.ApplicationProtocols = [new DtlsApplicationProtocol("a")]);
        Assert.Equal(AlertDescription.NoApplicationProtocol, failure.Failure?.Alert);
    }

    [Fact]
    public async Task Media_keys_come_from_the_connection()
    {
        await using Loopback loopback = Loopback.Start(static (options, _) => options.SrtpProfiles = [SrtpProtectionProfile.AeadAes128Gcm]);
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(static options =>
            options.SrtpProfiles = [SrtpProtectionProfile.Aes128CmHmacSha1Tag80, SrtpProtectionProfile.AeadAes128Gcm]);
        Assert.Equal(SrtpProtectionProfile.AeadAes128Gcm, client.SrtpProfile);
        using SrtpKeys ours = client.ExportSrtpKeys();
        using SrtpKeys theirs = server.ExportSrtpKeys();
        Assert.Equal(ours.ClientKey, theirs.ClientKey);
        Assert.Equal(ours.ServerSalt, theirs.ServerSalt);
        Assert.False(ours.ClientKey.SequenceEqual(ours.ServerKey));
        await server.DisposeAsync();
        await Assert.ThrowsAsync<DtlsException>(() =>
        {
            server.ExportSrtpKeys();
            return Task.CompletedTask;
        });
    }
}
