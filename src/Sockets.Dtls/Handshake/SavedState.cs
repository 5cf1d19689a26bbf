using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Messages;
using Sockets.Dtls.Records;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// All that an established association is, for going on with it elsewhere. It is parsed as something that was authenticated, and
/// bounded all the same. <see cref="DtlsStateProtector"/> seals what <see cref="Write"/> makes; its header has the version.
/// </summary>
internal sealed partial class SavedState : IDisposable
{
    /// <summary>Bytes of <see cref="Id"/>.</summary>
    public const int IdLength = 32;

    public const int RandomLength = 32;

    // Current, previous, older; current and the handshake's.
    private const int MaxReadEpochs = 3;
    private const int MaxWriteEpochs = 2;

    // The end of the year 9000, in ticks: no sum with a lifetime overflows.
    private const ulong MaxTime = 2_840_000_000_000_000_000;

    private readonly byte[] _secrets;

    /// <param name="suite">The suite.</param>
    /// <param name="readEpochs">The oldest first.</param>
    /// <param name="writeEpochs">The oldest first.</param>
    /// <param name="hasResumptionSecret">Whether tickets to come are derived from a secret.</param>
    public SavedState(CipherSuite suite, IReadOnlyList<SavedReadEpoch> readEpochs, IReadOnlyList<SavedWriteEpoch> writeEpochs, bool hasResumptionSecret)
    {
        CipherSuite = suite;
        ReadEpochs = readEpochs;
        WriteEpochs = writeEpochs;
        HasResumptionSecret = hasResumptionSecret;
        SecretLength = CipherSuites.HashLength(CipherSuites.Hash(suite));
        _secrets = GC.AllocateArray<byte>(SecretCount * SecretLength, pinned: true);
    }

    public CipherSuite CipherSuite { get; }

    public IReadOnlyList<SavedReadEpoch> ReadEpochs { get; }

    public IReadOnlyList<SavedWriteEpoch> WriteEpochs { get; }

    public bool HasResumptionSecret { get; }

    /// <summary>Names this state and no other: what must not be restored twice.</summary>
    public byte[] Id { get; init; } = new byte[IdLength];

    public DateTimeOffset Saved { get; init; }

    public DateTimeOffset Expires { get; init; }

    public DtlsRole Role { get; init; }

    public DtlsPath Path { get; init; }

    public bool IsAddressValidated { get; init; }

    public bool ChecksPaths { get; init; }

    public NamedGroup Group { get; init; }

    public SignatureScheme PeerSignatureScheme { get; init; }

    public bool UsedHelloRetryRequest { get; init; }

    public bool IsResumed { get; init; }

    public bool HasPeerApplicationRecords { get; init; }

    /// <summary>The record of the peer's close_notify; null while it has sent none.</summary>
    public RecordNumber? CloseNotify { get; init; }

    public DtlsApplicationProtocol ApplicationProtocol { get; init; }

    public string? ServerName { get; init; }

    /// <summary>Server: whether it went by a configuration that was chosen for it, and must do so again.</summary>
    public bool IsConfigurationChosen { get; set; }

    public ReadOnlyMemory<byte> PskIdentity { get; init; }

    public IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates { get; init; } = [];

    public byte[] ClientRandom { get; init; } = new byte[RandomLength];

    /// <summary>How old the connection was, its handshake included.</summary>
    public TimeSpan Age { get; init; }

    public TimeSpan HandshakeDuration { get; init; }

    public int MaxDatagramSize { get; init; }

    public TimeSpan InitialRetransmitTimeout { get; init; }

    public int? PeerRecordSizeLimit { get; init; }

    /// <summary>The largest record we have said we take.</summary>
    public int ReceiveLimit { get; init; }

    public SrtpProtectionProfile SrtpProfile { get; init; }

    /// <summary>What client authentication after the handshake starts from; empty: there is none.</summary>
    public byte[] PostHandshakeMessages { get; init; } = [];

    public DtlsCertificateType PostHandshakeKind { get; init; }

    /// <summary>Key updates in a row that were to find out whether the peer is there.</summary>
    public int SilentKeyUpdates { get; init; }

    public int NextSendMessage { get; init; }

    public int NextReceiveMessage { get; init; }

    public int KeyUpdatesSinceData { get; init; }

    public bool IsKeyUpdateQueued { get; init; }

    public bool QueuedUpdateRequestsPeer { get; init; }

    public int TicketsTaken { get; init; }

    /// <summary>Records of the peer that the next ACK names.</summary>
    public RecordNumber[] Acks { get; init; } = [];

    /// <summary>Whether that ACK has not been sent yet.</summary>
    public bool IsAckDue { get; init; }

    /// <summary>Messages of ours that the peer has not acknowledged all of.</summary>
    public IReadOnlyList<OutgoingMessage> Flight { get; init; } = [];

    /// <summary>Bytes of each secret.</summary>
    public int SecretLength { get; }

    public Span<byte> ExporterSecret => Secret(0);

    /// <summary>Not without <see cref="HasResumptionSecret"/>.</summary>
    public Span<byte> ResumptionSecret => Secret(1);

    private int SecretCount => 1 + (HasResumptionSecret ? 1 : 0) + ReadEpochs.Count + WriteEpochs.Count;

    public Span<byte> ReadSecret(int index) => Secret(SecretCount - WriteEpochs.Count - ReadEpochs.Count + index);

    public Span<byte> WriteSecret(int index) => Secret(SecretCount - WriteEpochs.Count + index);

    /// <summary>All of it in memory that the collector does not copy; the caller zeroes it.</summary>
    public byte[] Write()
    {
        var writer = new WireWriter();
        writer.Bytes(Id);
        writer.UInt64((ulong)Saved.UtcTicks);
        writer.UInt64((ulong)Expires.UtcTicks);
        writer.UInt8((byte)Role);
        writer.UInt16((ushort)CipherSuite);
        writer.UInt16((ushort)Group);
        writer.UInt16((ushort)PeerSignatureScheme);
        WriteFlags(writer);
        WriteAddress(writer, Path.Remote);
        WriteAddress(writer, Path.Local);
        WriteNumber(writer, CloseNotify ?? default);
        writer.Vector8(ApplicationProtocol.Name);
        writer.Vector8(ServerName is null ? default : Encoding.ASCII.GetBytes(ServerName));
        writer.Vector16(PskIdentity.Span);
        int mark = writer.Begin(3);
        foreach (ReadOnlyMemory<byte> certificate in PeerCertificates)
            writer.Vector24(certificate.Span);
        writer.End(mark, 3);
        writer.Bytes(ClientRandom);
        writer.UInt64((ulong)Age.Ticks);
        writer.UInt64((ulong)HandshakeDuration.Ticks);
        writer.UInt64((ulong)InitialRetransmitTimeout.Ticks);
        writer.UInt32((uint)MaxDatagramSize);
        writer.UInt32((uint)NextSendMessage);
        writer.UInt32((uint)NextReceiveMessage);
        writer.UInt32((uint)KeyUpdatesSinceData);
        writer.UInt32((uint)TicketsTaken);
        WriteAcks(writer);
        WriteFlight(writer);
        WriteConnectionIds(writer);
        writer.UInt16((ushort)(PeerRecordSizeLimit ?? 0));
        writer.UInt16((ushort)ReceiveLimit);
        writer.UInt16((ushort)SrtpProfile);
        writer.UInt8((byte)SilentKeyUpdates);
        writer.UInt8((byte)PostHandshakeKind);
        writer.Vector24(PostHandshakeMessages);
        WriteEpochNumbers(writer);

        // The secrets go straight to their place: buffers that grow leave copies behind.
        byte[] state = GC.AllocateUninitializedArray<byte>(writer.Written.Length + _secrets.Length, pinned: true);
        writer.Written.CopyTo(state);
        _secrets.CopyTo(state, writer.Written.Length);
        return state;
    }

    public static bool TryRead(ReadOnlySpan<byte> source, [NotNullWhen(true)] out SavedState? state)
    {
        state = null;
        var reader = new WireReader(source);
        if (!reader.TryReadBytes(IdLength, out ReadOnlySpan<byte> id)
            || !reader.TryReadUInt64(out ulong saved) || saved > MaxTime
            || !reader.TryReadUInt64(out ulong expires) || expires > MaxTime
            || !reader.TryReadUInt8(out byte role) || role > (byte)DtlsRole.Server
            || !reader.TryReadUInt16(out ushort suite) || !Enum.IsDefined((CipherSuite)suite) || (CipherSuite)suite == CipherSuite.None
            || !reader.TryReadUInt16(out ushort group)
            || !reader.TryReadUInt16(out ushort scheme)
            || !TryReadFlags(ref reader, out Flags flags)
            || !TryReadAddress(ref reader, out DtlsAddress remote)
            || !TryReadAddress(ref reader, out DtlsAddress local)
            || !TryReadNumber(ref reader, out RecordNumber closeNotify)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> protocol)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> name) || !Ascii.IsValid(name)
            || !reader.TryReadVector16(out ReadOnlySpan<byte> pskIdentity)
            || !reader.TryReadVector24(out ReadOnlySpan<byte> list)
            || !reader.TryReadBytes(RandomLength, out ReadOnlySpan<byte> random)
            || !reader.TryReadUInt64(out ulong age) || age > MaxTime
            || !reader.TryReadUInt64(out ulong duration) || duration > long.MaxValue
            || !reader.TryReadUInt64(out ulong timeout) || timeout > (ulong)TimeSpan.FromDays(1).Ticks
            || !reader.TryReadUInt32(out uint datagramSize) || datagramSize is < DtlsConfig.SmallestDatagram or > DtlsConfig.LargestDatagram
            || !reader.TryReadUInt32(out uint nextSend) || nextSend > ushort.MaxValue + 1
            || !reader.TryReadUInt32(out uint nextReceive) || nextReceive > ushort.MaxValue + 1
            || !reader.TryReadUInt32(out uint keyUpdates) || keyUpdates > int.MaxValue
            || !reader.TryReadUInt32(out uint tickets) || tickets > DtlsConfig.MaxTickets
            || !TryReadAcks(ref reader, out RecordNumber[] acks)
            || !TryReadFlight(ref reader, out List<OutgoingMessage> flight)
            || !TryReadConnectionIds(ref reader, out SavedConnectionIds? ids)
            || !reader.TryReadUInt16(out ushort peerRecordSizeLimit)
            || !reader.TryReadUInt16(out ushort receiveLimit)
            || !reader.TryReadUInt16(out ushort srtpProfile)
            || !reader.TryReadUInt8(out byte silentKeyUpdates)
            || !reader.TryReadUInt8(out byte postHandshakeKind)
            || !reader.TryReadVector24(out ReadOnlySpan<byte> postHandshakeMessages)
            || !TryReadEpochNumbers(ref reader, out List<SavedReadEpoch> readEpochs, out List<SavedWriteEpoch> writeEpochs))
        {
            return false;
        }

        var certificates = new List<ReadOnlyMemory<byte>>();
        for (var entries = new WireReader(list); !entries.IsEmpty;)
        {
            if (!entries.TryReadVector24(out ReadOnlySpan<byte> certificate) || certificate.IsEmpty)
                return false;
            certificates.Add(certificate.ToArray());
        }

        var read = new SavedState((CipherSuite)suite, readEpochs, writeEpochs, (flags & Flags.HasResumptionSecret) != 0)
        {
            Id = id.ToArray(),
            Saved = new DateTimeOffset((long)saved, TimeSpan.Zero),
            Expires = new DateTimeOffset((long)expires, TimeSpan.Zero),
            Role = (DtlsRole)role,
            Path = new DtlsPath(remote, local),
            Group = (NamedGroup)group,
            PeerSignatureScheme = (SignatureScheme)scheme,
            IsAddressValidated = (flags & Flags.IsAddressValidated) != 0,
            UsedHelloRetryRequest = (flags & Flags.UsedHelloRetryRequest) != 0,
            IsResumed = (flags & Flags.IsResumed) != 0,
            HasPeerApplicationRecords = (flags & Flags.HasPeerApplicationRecords) != 0,
            IsKeyUpdateQueued = (flags & Flags.IsKeyUpdateQueued) != 0,
            QueuedUpdateRequestsPeer = (flags & Flags.QueuedUpdateRequestsPeer) != 0,
            ChecksPaths = (flags & Flags.ChecksPaths) != 0,
            IsConfigurationChosen = (flags & Flags.IsConfigurationChosen) != 0,
            IsAckDue = (flags & Flags.IsAckDue) != 0,
            CloseNotify = (flags & Flags.IsPeerClosed) != 0 ? closeNotify : null,
            ApplicationProtocol = protocol.IsEmpty ? default : new DtlsApplicationProtocol(protocol),
            ServerName = (flags & Flags.HasServerName) != 0 ? Encoding.ASCII.GetString(name) : null,
            PskIdentity = pskIdentity.ToArray(),
            PeerCertificates = certificates,
            ClientRandom = random.ToArray(),
            Age = TimeSpan.FromTicks((long)age),
            HandshakeDuration = TimeSpan.FromTicks((long)duration),
            InitialRetransmitTimeout = TimeSpan.FromTicks((long)timeout),
            MaxDatagramSize = (int)datagramSize,
            NextSendMessage = (int)nextSend,
            NextReceiveMessage = (int)nextReceive,
            KeyUpdatesSinceData = (int)keyUpdates,
            TicketsTaken = (int)tickets,
            Acks = acks,
            Flight = flight,
            ConnectionIds = ids,
            PeerRecordSizeLimit = peerRecordSizeLimit == 0 ? null : peerRecordSizeLimit,
            ReceiveLimit = receiveLimit,
            SrtpProfile = (SrtpProtectionProfile)srtpProfile,
            SilentKeyUpdates = silentKeyUpdates,
            PostHandshakeKind = (DtlsCertificateType)postHandshakeKind,
            PostHandshakeMessages = postHandshakeMessages.ToArray(),
        };
        if (reader.Rest.Length != read._secrets.Length)
            return false;
        reader.Rest.CopyTo(read._secrets);
        state = read;
        return true;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_secrets);

    private Span<byte> Secret(int index) => _secrets.AsSpan(index * SecretLength, SecretLength);
}
