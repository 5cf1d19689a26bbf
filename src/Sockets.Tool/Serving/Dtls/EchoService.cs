using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Tool.Options;

namespace Sockets.Tool.Serving;

/// <summary>Sends every datagram back, in the receive loop, and prints what happens.</summary>
/// <param name="console">Takes a line for each event.</param>
/// <param name="exporter">What to derive for each connection, if anything.</param>
/// <param name="limit">Ends after so many connections have ended or failed; null: never.</param>
/// <param name="asksForCertificates">Whether each client that lets itself be asked shows a certificate after its handshake.</param>
internal sealed class EchoService(ToolConsole console, ExporterRequest? exporter, int? limit, bool asksForCertificates) : IDtlsHandler
{
    private static readonly TimeSpan CertificateTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Events that were raised are told at once, but by another thread.</summary>
    private static readonly TimeSpan EventPatience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan EventInterval = TimeSpan.FromMilliseconds(5);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly HashSet<DtlsChannel> _channels = [];
    private int _endedConnections;
    private long _failuresTold;

    /// <summary>Completes when as many connections have ended as were asked for.</summary>
    public Task Ended => _ended.Task;

    public void OnConnected(DtlsChannel channel)
    {
        lock (_gate)
            _channels.Add(channel);
        console.WriteLine(ChannelText.Connected(channel));
        if (exporter is not null)
            console.WriteLine($"exporter {exporter.Derive(channel)}");
        if (asksForCertificates)
            _ = Task.Run(() => AskForCertificateAsync(channel));
    }

    public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram)
    {
        // What came in one record of the peer may not fit into one datagram of ours: it goes back in several.
        while (datagram.Length > channel.MaxDatagramLength)
        {
            channel.TrySend(datagram[..channel.MaxDatagramLength]);
            datagram = datagram[channel.MaxDatagramLength..];
        }

        channel.TrySend(datagram);
    }

    public void OnKeysUpdated(DtlsChannel channel, bool sending) => console.WriteLine(sending ? "key-update sent" : "key-update received");

    public void OnPathChanged(DtlsChannel channel) => console.WriteLine($"moved peer={channel.RemoteEndPoint}");

    public void OnClosed(DtlsChannel channel, DtlsException? failure)
    {
        lock (_gate)
            _channels.Remove(channel);
        console.WriteLine(ChannelText.Closed(channel, failure));
        Count();
    }

    /// <summary>Of what there is to tell, the handler is told all but this.</summary>
    public void OnEvent(ConnectionEvent raised)
    {
        if (raised.Kind != ConnectionEventKind.HandshakeFailed)
            return;
        console.WriteLine($"failed peer={raised.RemoteEndPoint} reason={(raised.Failure is { } failure ? FailureLine.Of(failure) : "stopped")}");
        Interlocked.Increment(ref _failuresTold);
        Count();
    }

    /// <summary>Until so many failed handshakes have been told.</summary>
    public async Task ToldAsync(long failures)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (Interlocked.Read(ref _failuresTold) < failures && TimeProvider.System.GetElapsedTime(start) < EventPatience)
            await Task.Delay(EventInterval);
    }

    /// <summary>Updates the keys of all connections.</summary>
    public void UpdateKeys()
    {
        DtlsChannel[] channels;
        lock (_gate)
            channels = [.. _channels];
        foreach (DtlsChannel channel in channels)
            channel.RequestKeyUpdate();
    }

    private async Task AskForCertificateAsync(DtlsChannel channel)
    {
        string answer;
        try
        {
            using var patience = new CancellationTokenSource(CertificateTimeout);
            DtlsClientAuthenticationResult result = await channel.RequestClientCertificateAsync(patience.Token);
            answer = result.IsAuthenticated ? ChannelText.Peer(channel) : "none";
        }
        catch (InvalidOperationException)
        {
            answer = "not-offered";
        }
        catch (OperationCanceledException)
        {
            answer = "no-answer";
        }
        catch (DtlsException)
        {
            return; // it is over, and that has been told
        }

        console.WriteLine($"client-cert peer={channel.RemoteEndPoint} {answer}");
    }

    private void Count()
    {
        if (Interlocked.Increment(ref _endedConnections) == limit)
            _ended.TrySetResult();
    }
}
