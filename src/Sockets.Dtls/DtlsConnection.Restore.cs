using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>An association that goes on here.</content>
public sealed partial class DtlsConnection
{
    /// <summary>
    /// Goes on with a saved connection, once: the record in <see cref="DtlsStateProtector.Restored"/> is asked last, right before
    /// there is a connection. It is connected at once, with a <see cref="DtlsEventKind.Connected"/> event for its driver; who the peer
    /// is was judged in the handshake and is not judged again.
    /// </summary>
    /// <param name="config">As for a new connection; <see cref="DtlsConfig.UtcNow"/> must be set.</param>
    /// <param name="protector">Has the key that the state was sealed with.</param>
    /// <param name="state">What <see cref="TrySave"/> gave.</param>
    /// <param name="now">The time.</param>
    /// <param name="connection">The connection; null unless it was restored.</param>
    /// <param name="path">Null: the path it had. Another one only where it is known to be the peer's: nothing proves it.</param>
    /// <param name="choose">
    /// With <see cref="DtlsConfig.ChooseByClientHello"/>: chooses the configuration again, by the name that the client had asked for and
    /// the protocol that was agreed on. Null as a result: <see cref="DtlsRestoreResult.NameNotServed"/>. It is asked before the state is
    /// used up.
    /// </param>
    /// <returns>Restored, or why not.</returns>
    /// <exception cref="ArgumentException">A setting is out of range, or <paramref name="choose"/> is missing; the message names it.</exception>
    public static DtlsRestoreResult TryRestore(
        DtlsConfig config,
        DtlsStateProtector protector,
        ReadOnlySpan<byte> state,
        MonotonicTime now,
        out DtlsConnection? connection,
        DtlsPath? path = null,
        Func<DtlsClientHelloInfo, DtlsConfig?>? choose = null)
    {
        connection = null;
        DtlsRestoreResult result = TryOpenState(config, protector, state, out SavedState? saved);
        using (saved)
        {
            if (saved is not null)
                result = TryChoose(ref config, saved, choose);
            if (saved is not null && result == DtlsRestoreResult.Restored)
                result = TryAdopt(config, protector, saved, path ?? saved.Path, now, out connection);
        }

        return result;
    }

    /// <summary>Opens and checks a saved state without using it up.</summary>
    internal static DtlsRestoreResult TryOpenState(DtlsConfig config, DtlsStateProtector protector, ReadOnlySpan<byte> state, out SavedState? saved)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(protector);
        config.Validate();
        if (config.UtcNow is not { } clock)
            throw new ArgumentException("DtlsConfig.UtcNow must be set for restoring.", nameof(config));
        saved = null;
        byte[]? bytes = protector.Open(state);
        bool isRead = SavedState.TryRead(bytes, out SavedState? read);
        CryptographicOperations.ZeroMemory(bytes);
        if (!isRead)
            return DtlsRestoreResult.Invalid;
        DateTimeOffset time = clock();
        DtlsRestoreResult result = time < read!.Saved || time >= read.Expires ? DtlsRestoreResult.Expired
            : read.Saved < protector.Restored.RemembersSince ? DtlsRestoreResult.AlreadyRestored
            : !Has(config.EffectiveCipherSuites, read.CipherSuite) || !Fits(config, read.ConnectionIds) ? DtlsRestoreResult.Incompatible
            : DtlsRestoreResult.Restored;
        if (result == DtlsRestoreResult.Restored)
            saved = read;
        else
            read.Dispose();
        return result;

        static bool Has(IReadOnlyList<CipherSuite> suites, CipherSuite suite)
        {
            foreach (CipherSuite candidate in suites)
            {
                if (candidate == suite)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Finds the configuration that goes for a state, in the place of the listener's.</summary>
    internal static DtlsRestoreResult TryChoose(ref DtlsConfig config, SavedState saved, Func<DtlsClientHelloInfo, DtlsConfig?>? choose)
    {
        if (saved.Role != DtlsRole.Server)
            return DtlsRestoreResult.Restored;
        if (config.ChooseByClientHello)
        {
            if (choose is null)
                throw new ArgumentException("With DtlsConfig.ChooseByClientHello a configuration must be chosen for each connection that is restored.", nameof(choose));
            DtlsConfig? chosen = choose(new DtlsClientHelloInfo(saved.ServerName, saved.ApplicationProtocol.IsEmpty ? [] : [saved.ApplicationProtocol]));
            if (chosen is null)
                return DtlsRestoreResult.NameNotServed;
            chosen.Validate();
            if (chosen.UtcNow is null)
                throw new ArgumentException("DtlsConfig.UtcNow must be set for restoring.", nameof(choose));
            RequireSame(chosen, config);
            config = chosen;
            saved.IsConfigurationChosen = true; // and must be from now on
        }

        // Who was let in without a certificate does not get behind a policy that wants one.
        bool hasIdentity = saved.PeerCertificates.Count > 0 || saved.PskIdentity.Length > 0;
        return config.ClientAuthentication == DtlsClientAuthentication.Required && !hasIdentity ? DtlsRestoreResult.Incompatible : DtlsRestoreResult.Restored;
    }

    /// <summary>Uses a state up, and goes on with it.</summary>
    internal static DtlsRestoreResult TryAdopt(
        DtlsConfig config, DtlsStateProtector protector, SavedState saved, in DtlsPath path, MonotonicTime now, out DtlsConnection? connection)
    {
        connection = null;
        DateTimeOffset time = config.UtcNow!();
        if (!protector.Restored.TryAdd(saved.Id, time, saved.Expires))
            return DtlsRestoreResult.AlreadyRestored;
        var created = new MonotonicTime(now.Ticks - saved.Age.Ticks - (time - saved.Saved).Ticks);
        var adopting = new DtlsConnection(config, saved.Role, path, created, saved.NextSendMessage, 0) { _now = now, _lastReceived = now };
        adopting.Adopt(saved, time - saved.Saved);
        connection = adopting;
        return DtlsRestoreResult.Restored;
    }

    // Those that are issued later must have the length of those in use: the wire does not tell it.
    private static bool Fits(DtlsConfig config, SavedConnectionIds? ids) =>
        ids is null || config.ConnectionIdLength == (ids.Own.Count == 0 ? 0 : ids.Own[0].Length);

    private void Adopt(SavedState saved, TimeSpan elapsed)
    {
        _state = DtlsState.Connected;
        CipherSuite = saved.CipherSuite;
        ChecksPaths = saved.ChecksPaths;
        Group = saved.Group;
        PeerSignatureScheme = saved.PeerSignatureScheme;
        ApplicationProtocol = saved.ApplicationProtocol;
        ServerName = saved.ServerName;
        _isConfigurationChosen = saved.IsConfigurationChosen;
        UsedHelloRetryRequest = saved.UsedHelloRetryRequest;
        IsResumed = saved.IsResumed;
        PskIdentity = saved.PskIdentity;
        PeerCertificates = saved.PeerCertificates;
        saved.ClientRandom.CopyTo((Span<byte>)_clientRandom);
        _statistics.HandshakeDuration = saved.HandshakeDuration;
        _isAddressValidated = saved.IsAddressValidated;
        _isPeerClosed = saved.CloseNotify is not null;
        _closeNotifyNumber = saved.CloseNotify ?? default;
        _hasPeerApplicationRecords = saved.HasPeerApplicationRecords;
        PeerRecordSizeLimit = saved.PeerRecordSizeLimit;
        _sendLimit = saved.PeerRecordSizeLimit ?? _sendLimit;
        _receiveLimit = saved.ReceiveLimit;
        SrtpProfile = saved.SrtpProfile;
        if (saved.SilentKeyUpdates > 0)
            _probe = new LivenessProbe { KeyUpdates = saved.SilentKeyUpdates };

        if (saved.PostHandshakeMessages.Length > 0 && _config.PostHandshakeAuthentication)
            KeepPostHandshake(new PostHandshake(_config, CipherSuite, saved.PostHandshakeMessages, saved.PostHandshakeKind));
        _reassembler = new Reassembler(saved.NextReceiveMessage, _config.MaxHandshakeMessageSize, _config.ReassemblyBudget);
        _maxDatagramSize = Math.Min(saved.MaxDatagramSize, _config.MaxDatagramSize);
        _datagramSize = _maxDatagramSize;
        if (saved.InitialRetransmitTimeout >= TimeSpan.FromMilliseconds(1))
            _timer.Initial = saved.InitialRetransmitTimeout;
        _keyUpdatesSinceData = saved.KeyUpdatesSinceData;
        _isKeyUpdateQueued = saved.IsKeyUpdateQueued;
        _queuedUpdateRequestsPeer = saved.QueuedUpdateRequestsPeer;
        AdoptConnectionIds(saved.ConnectionIds);
        AdoptKeys(saved, elapsed);
        BeginPathMtuSearch();
        Raise(DtlsEventKind.Connected);
        if (_isPeerClosed)
            Raise(DtlsEventKind.PeerClosed);
        AdoptOutgoing(saved);
    }

    private void AdoptConnectionIds(SavedConnectionIds? saved)
    {
        if (saved is null)
            return;
        ChecksPaths = saved.ChecksPaths;
        _ids = new ConnectionIdSet
        {
            OwesAck = saved.OwesAck,
            IsRequestOpen = saved.IsRequestOpen,
            QueuedRequest = saved.QueuedRequest,
            QueuedAnswer = saved.QueuedAnswer,
            QueuedIssue = saved.QueuedIssue,
            QueuedUsage = saved.QueuedUsage,
        };
        _ids.Resume(saved.Own, saved.InUse, saved.Peer, saved.Spare);
    }

    private void AdoptKeys(SavedState saved, TimeSpan elapsed)
    {
        for (int i = 0; i < saved.ReadEpochs.Count; i++)
        {
            // The window keeps its size: what it remembers does not fit into another.
            SavedReadEpoch epoch = saved.ReadEpochs[i];
            var restored = new ReadEpoch(epoch.Epoch, KeySchedule.CreateCipher(_config.Crypto, CipherSuite, saved.ReadSecret(i)), epoch.WindowSize)
            {
                Secret = Keep(saved.ReadSecret(i)),
                Expiry = epoch.Left is { } left ? _now + (left > elapsed ? left - elapsed : TimeSpan.Zero) : MonotonicTime.Never,
            };
            if (!restored.Resume(epoch.Failures, epoch.Next, epoch.Words))
                throw new InvalidOperationException("A saved replay window does not fit.");
            _epochs.InstallRead(restored);
        }

        for (int i = 0; i < saved.WriteEpochs.Count; i++)
        {
            InstallWrite(CipherSuite, saved.WriteEpochs[i].Epoch, saved.WriteSecret(i));
            _epochs.CurrentWrite!.Resume(saved.WriteEpochs[i].Count);
        }

        _secrets = GC.AllocateUninitializedArray<byte>(3 * saved.SecretLength, pinned: true);
        saved.ReadSecret(saved.ReadEpochs.Count - 1).CopyTo(ReadSecret);
        saved.WriteSecret(saved.WriteEpochs.Count - 1).CopyTo(WriteSecret);
        saved.ExporterSecret.CopyTo(ExporterSecret);
        if (saved.HasResumptionSecret && _config is { RequestTickets: true, UtcNow: not null })
        {
            _resumptionSecret = GC.AllocateUninitializedArray<byte>(saved.SecretLength, pinned: true);
            saved.ResumptionSecret.CopyTo(_resumptionSecret);
            _ticketsTaken = saved.TicketsTaken;
        }
    }

    /// <summary>What the peer has not acknowledged is sent again, and what it wants acknowledged is acknowledged, both at once.</summary>
    private void AdoptOutgoing(SavedState saved)
    {
        foreach (RecordNumber number in saved.Acks)
            (_acks ??= new AckTracker(_config.AckHistory)).Add(number);
        _isAckDue = saved.IsAckDue && AckCount > 0;
        if (saved.Flight.Count == 0)
            return;
        _flight = new Flight(_config.AckHistory);
        foreach (OutgoingMessage message in saved.Flight)
            _flight.Add(message);
        StartFlight();
    }
}
