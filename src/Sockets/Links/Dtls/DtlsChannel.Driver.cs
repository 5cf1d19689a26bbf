using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using Sockets.Diagnostics;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets;

/// <summary>What the driver tells the channel. All of it under the driver's gate.</summary>
public sealed partial class DtlsChannel
{
    /// <summary>Client: the early data has left.</summary>
    internal bool HasSentEarlyData { get; set; }

    internal HandshakeScope? Scope { get; set; }

    /// <summary>The handshake is done: what was negotiated stays readable after the engine's connection is gone.</summary>
    internal void Open()
    {
        Role = Connection.Role;
        LocalEndPoint = Connection.Path.Local is { IsSpecified: true } local ? SocketAddressFormat.ToEndPoint(local) : _driver.LocalEndPoint;
        CipherSuite = Connection.CipherSuite;
        Group = Connection.Group;
        PeerSignatureScheme = Connection.PeerSignatureScheme;
        ApplicationProtocol = Connection.ApplicationProtocol;
        ServerName = Connection.ServerName;
        UsedHelloRetryRequest = Connection.UsedHelloRetryRequest;
        AdoptPeerCertificates();
        IsResumed = Connection.IsResumed;
        SrtpProfile = Connection.SrtpProfile;
        ConcludeEarlyData();
        HandshakeDuration = Connection.Statistics.HandshakeDuration;
        _maxDatagramLength = Connection.MaxPlaintextSize;
        WasOpen = true;
        Scope?.Complete(DtlsNames.Protocol, DtlsNames.Of(CipherSuite));
        Scope = null;
        _driver.Observer?.OnOpened(this);
        Guard(static (handler, channel) => handler.OnConnected(channel));
        Interlocked.MemoryBarrier(); // either waiters see that it is open, or they are seen here
        _waiters?.Open();
        Changed?.Invoke();
    }

    private void AdoptPeerCertificates()
    {
        bool isBareKey = Connection.PeerCertificateType == DtlsCertificateType.RawPublicKey;
        PeerCertificates = isBareKey ? [] : Connection.PeerCertificates;
        PeerPublicKey = isBareKey ? Connection.PeerCertificates[0] : default;
    }

    /// <summary>All of it was sent and the server takes it, or it comes back.</summary>
    private void ConcludeEarlyData()
    {
        if (_driver.EarlyData.Count == 0)
            return;
        EarlyDataStatus = HasSentEarlyData && Connection.EarlyDataStatus == DtlsEarlyDataStatus.Accepted ? DtlsEarlyDataStatus.Accepted : DtlsEarlyDataStatus.Rejected;
        if (EarlyDataStatus == DtlsEarlyDataStatus.Rejected)
            RejectedEarlyData = _driver.EarlyData;
    }

    /// <summary>Whether the system says that nobody listens there, and nothing came that says otherwise.</summary>
    private bool IsUnheard => _driver.LastSocketError == System.Net.Sockets.SocketError.ConnectionRefused && Statistics.DatagramsReceived == 0;

    /// <summary>
    /// This attempt's server has not taken the early data, and other attempts had it. Unless it is certain of each that no server has used it,
    /// the application alone can decide whether to send it again.
    /// </summary>
    /// <param name="others">The attempts, which are over.</param>
    /// <param name="earlyData">The data.</param>
    private void ConcludeEarlyDataOf(List<DtlsChannel> others, IReadOnlyList<ReadOnlyMemory<byte>> earlyData)
    {
        bool isCertain = others.TrueForAll(static other => !other.HasSentEarlyData || other.Connection.EarlyDataStatus == DtlsEarlyDataStatus.Rejected || other.IsUnheard);
        EarlyDataStatus = isCertain ? DtlsEarlyDataStatus.Rejected : DtlsEarlyDataStatus.Pending;
        RejectedEarlyData = isCertain ? earlyData : [];
    }

    /// <summary>One application record, inside the engine's call.</summary>
    internal void Deliver(ReadOnlySpan<byte> datagram)
    {
        if (_driver.Handler is not { } handler)
        {
            Queue.Add(datagram);
            Changed?.Invoke();
            return;
        }

        // The first data may share a datagram with the end of the handshake: the handler learns of that first.
        if (!WasOpen)
            Open();
        try
        {
            handler.OnDatagram(this, datagram);
        }
        catch (Exception exception)
        {
            AbortFor(exception);
        }
    }

    internal void PathMtuChanged()
    {
        _maxDatagramLength = Connection.MaxPlaintextSize;
        Changed?.Invoke();
    }

    internal void KeysUpdated(bool sending)
    {
        _driver.Observer?.OnKeysUpdated(this);
        if (sending)
        {
            SendingKeyUpdates++;
            _waiters?.KeysUpdated();
            Guard(static (handler, channel) => handler.OnKeysUpdated(channel, sending: true));
        }
        else
        {
            ReceivingKeyUpdates++;
            Guard(static (handler, channel) => handler.OnKeysUpdated(channel, sending: false));
        }
    }

    /// <summary>The connection has another path. Sealed datagrams that wait for the system go where they were to go.</summary>
    internal void PathChanged()
    {
        RemoteAddress = SocketAddressFormat.Create(Connection.Path.Remote);
        Volatile.Write(ref _remoteEndPoint, SocketAddressFormat.ToEndPoint(Connection.Path.Remote));
        LocalEndPoint = Connection.Path.Local is { IsSpecified: true } local ? SocketAddressFormat.ToEndPoint(local) : _driver.LocalEndPoint;
        PathChanges++;
        _driver.Observer?.OnPathChanged(this);
        Guard(static (handler, channel) => handler.OnPathChanged(channel));
        Changed?.Invoke();
    }

    /// <summary>The peer sends no more.</summary>
    internal void EndOfData()
    {
        IsClosedByPeer = true;
        CompleteQueue(null);
        Changed?.Invoke();
    }

    /// <summary>Asks for what <see cref="RequestClientCertificateAsync"/> was called for.</summary>
    internal void BeginCertificateRequests(MonotonicTime now) => _certificateWaiters!.Begin(this, now);

    /// <summary>The client has answered, and its certificate was accepted if it has shown one.</summary>
    internal void ClientAuthenticated()
    {
        while (Connection.TakeClientAuthentication() is { } result)
        {
            if (result.IsAuthenticated)
                AdoptPeerCertificates();
            _certificateWaiters?.Complete(result);
        }
    }

    /// <summary>The connection is over. Called once.</summary>
    internal void Finish(DtlsException? failure)
    {
        _lastStatistics = new StrongBox<DtlsStatistics>(Connection.Statistics);
        _failure = failure;
        _isOver = true;
        if (!WasOpen && failure is not null)
            Scope?.Fail(DtlsFailures.Translate(failure).Reason, failure.Message);
        Scope = null;
        if (WasOpen)
            Guard((handler, channel) => handler.OnClosed(channel, failure));
        CompleteQueue(failure);
        Interlocked.MemoryBarrier(); // either waiters see that it is over, or they are seen here
        _certificateWaiters?.End(CreateOverException());
        if (_waiters is { } waiters)
        {
            waiters.End(failure, CreateOverException());
            _driver.Later(waiters.Dispose);
        }

        Changed?.Invoke();
    }

    /// <summary>With a handler there is no queue, unless somebody has looked for one.</summary>
    private void CompleteQueue(Exception? failure)
    {
        if (_driver.Handler is null || _queue is not null)
            Queue.Complete(failure);
    }

    /// <summary>The connection has gone quiet.</summary>
    internal void Trim() => _queue?.Trim();

    /// <summary>What the peer sent, for the verifier, which runs beside the loop.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> ReadPeerCertificates(out DtlsCertificateType type, out ReadOnlyMemory<byte> ocspResponse)
    {
        var shown = new List<ReadOnlyMemory<byte>>();
        type = DtlsCertificateType.X509;
        ocspResponse = default;
        _driver.Inspect(this, new ShownCertificates(shown, ref type, ref ocspResponse), static (connection, shown) =>
        {
            shown.OcspResponse = connection.PeerOcspResponse;
            shown.Certificates.AddRange(connection.PendingClientCertificates ?? connection.PeerCertificates);
            shown.Type = connection.PendingClientCertificates is null ? connection.PeerCertificateType : connection.PendingClientCertificateType;
        });
        return shown;
    }

    /// <summary>An exception of the application ends its own connection and nothing else.</summary>
    internal void AbortFor(Exception exception)
    {
        Faults.Handler ??= exception;
        _driver.Request(this, ChannelRequests.Abort);
    }

    private void Guard(Action<IDtlsHandler, DtlsChannel> call)
    {
        if (_driver.Handler is not { } handler)
            return;
        try
        {
            call(handler, this);
        }
        catch (Exception exception)
        {
            AbortFor(exception);
        }
    }

    private readonly ref struct ShownCertificates(List<ReadOnlyMemory<byte>> certificates, ref DtlsCertificateType type, ref ReadOnlyMemory<byte> ocspResponse)
    {
        private readonly ref DtlsCertificateType _type = ref type;
        private readonly ref ReadOnlyMemory<byte> _ocspResponse = ref ocspResponse;

        public ReadOnlyMemory<byte> OcspResponse
        {
            set => _ocspResponse = value;
        }

        public List<ReadOnlyMemory<byte>> Certificates { get; } = certificates;

        public DtlsCertificateType Type
        {
            set => _type = value;
        }
    }
}
