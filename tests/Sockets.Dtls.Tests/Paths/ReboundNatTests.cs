using System;
using System.Collections.Generic;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Paths;

/// <summary>A NAT gives the client another address, which the client does not notice (RFC 9853 §5, §8.1.2 case 1).</summary>
public sealed class ReboundNatTests
{
    [Theory]
    [InlineData(DtlsPathValidation.Enhanced, true)]
    [InlineData(DtlsPathValidation.Enhanced, false)]
    [InlineData(DtlsPathValidation.Basic, true)]
    [InlineData(DtlsPathValidation.Basic, false)]
    [Conformance("RFC 9853", "5.2", "When nobody answers on the old path the new address is checked.", "Sockets.Dtls/Paths/PathValidator.cs")]
    public void The_server_follows_once_the_client_has_answered_from_there(DtlsPathValidation validation, bool withEndpoint)
    {
        using var pair = new MovingPair(validation, withEndpoint: withEndpoint);
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        byte[] message = pair.FromClient();
        pair.Settle();
        Assert.Contains(message, pair.ServerLog.Received, ByContent);
        Assert.Equal(MovingPair.Elsewhere, pair.ServerConnection.Path.Remote);
        Assert.Equal(1, pair.ServerLog.Count(DtlsEventKind.PathChanged));
        Assert.Equal(0, pair.ClientLog.Count(DtlsEventKind.PathChanged));
        Assert.Equal(1UL, pair.ServerConnection.Statistics.PathsValidated);
        Assert.False(pair.ServerConnection.IsValidatingPath);
        pair.AssertAlive();
        Assert.Equal(validation == DtlsPathValidation.Enhanced, pair.Trace.To(MovingPair.Client).Exists(static entry => entry.IsChallenge));
    }

    /// <summary>RFC 9853 §5: nothing but challenges goes to an address that has not answered; data goes where it went.</summary>
    [Theory]
    [InlineData(DtlsPathValidation.Enhanced)]
    [InlineData(DtlsPathValidation.Basic)]
    [Conformance("RFC 9853", "5", "To an address that was not validated goes no data, and of anything else no more than three bytes for each that came.", "Sockets.Dtls/DtlsConnection.Paths.cs")]
    public void Until_then_data_goes_to_the_old_address(DtlsPathValidation validation)
    {
        using var pair = new MovingPair(validation);
        pair.Forward = datagram => datagram.Destination != MovingPair.Elsewhere;
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        pair.FromClient();
        for (int i = 0; i < 20; i++)
        {
            pair.FromServer(1000);
            pair.Settle(100);
        }

        List<PathTrace.Entry> there = pair.Trace.To(MovingPair.Elsewhere);
        Assert.NotEmpty(there);
        Assert.All(there, static entry => Assert.True(entry.IsChallenge));
        Assert.Equal(20, pair.Trace.Where(static entry => entry.Destination == MovingPair.Client && entry.Type == RecordForge.ApplicationData).Count);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        Assert.Equal(1UL, pair.ServerConnection.Statistics.PathsFailed);
        Assert.Equal(0, pair.ServerLog.Count(DtlsEventKind.PathChanged));
    }

    /// <summary>RFC 9853 §5: a check that was overtaken by another address times out, and new data begins another.</summary>
    [Theory]
    [InlineData(DtlsPathValidation.Enhanced)]
    [InlineData(DtlsPathValidation.Basic)]
    public void A_second_rebinding_during_the_check_is_followed_with_the_next_data(DtlsPathValidation validation)
    {
        using var pair = new MovingPair(validation);
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        pair.FromClient();
        pair.Settle(15);
        Assert.True(pair.ServerConnection.IsValidatingPath);
        pair.Network.Rebind(MovingPair.Client, MovingPair.Further);
        pair.FromClient();
        pair.Settle();
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        Assert.Equal(1UL, pair.ServerConnection.Statistics.PathsFailed);
        pair.FromClient();
        pair.Settle();
        Assert.Equal(MovingPair.Further, pair.ServerConnection.Path.Remote);
        pair.AssertAlive();
    }

    [Fact]
    public void Without_a_connection_id_another_address_is_nobody()
    {
        using var pair = new MovingPair(clientLength: null, serverLength: null, withEndpoint: false);
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        byte[] message = pair.FromClient();
        pair.Settle();
        Assert.DoesNotContain(message, pair.ServerLog.Received, ByContent);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        Assert.Empty(pair.Trace.To(MovingPair.Elsewhere));
    }

    /// <summary>RFC 9146 §6: without a way to validate it the address does not change, though the records are the client's.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Without_the_check_the_address_never_changes(bool clientHasIt, bool serverHasIt)
    {
        using var pair = new MovingPair(
            client: config => config with { PathValidation = clientHasIt ? DtlsPathValidation.Basic : DtlsPathValidation.None },
            server: config => config with { PathValidation = serverHasIt ? DtlsPathValidation.Basic : DtlsPathValidation.None });
        Assert.False(pair.ClientConnection.ChecksPaths);
        Assert.False(pair.ServerConnection.ChecksPaths);
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        byte[] message = pair.FromClient();
        pair.Settle();
        pair.FromServer();
        pair.Settle();
        Assert.Contains(message, pair.ServerLog.Received, ByContent);
        Assert.Empty(pair.Trace.To(MovingPair.Elsewhere));
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
    }

    private static readonly IEqualityComparer<byte[]> ByContent = EqualityComparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceEqual(right), static _ => 0);
}
