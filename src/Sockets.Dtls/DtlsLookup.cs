using System;
using System.Security.Cryptography;

namespace Sockets.Dtls;

/// <summary>
/// One thing that a server's handshake waits for (<see cref="DtlsEventKind.LookupRequired"/>). What a client names may be anything:
/// nothing of it was authenticated, unless it says so.
/// </summary>
public sealed class DtlsLookup
{
    private byte[]? _state;

    internal DtlsLookup(DtlsLookupKinds kind, byte[] identity, DateTimeOffset issued, DateTimeOffset expires)
    {
        Kind = kind;
        Identity = identity;
        Issued = issued;
        Expires = expires;
    }

    /// <summary>What is looked up: one of the kinds, which also says how to answer.</summary>
    public DtlsLookupKinds Kind { get; }

    /// <summary>
    /// The identity of a pre-shared key; a ticket, of which <see cref="DtlsLookupKinds.UseTicket"/> says that its client has proven it
    /// to be its own; or the 32 bytes of a ClientHello with early data.
    /// </summary>
    public ReadOnlyMemory<byte> Identity { get; }

    /// <summary>When a ticket that is to be used was made.</summary>
    public DateTimeOffset Issued { get; }

    /// <summary>From when on what is recorded may be forgotten.</summary>
    public DateTimeOffset Expires { get; }

    internal DtlsPreSharedKey? Key { get; set; }

    internal bool IsFirst { get; set; }

    internal ReadOnlySpan<byte> State => _state;

    internal void SetState(ReadOnlySpan<byte> state)
    {
        _state = GC.AllocateUninitializedArray<byte>(state.Length, pinned: true);
        state.CopyTo(_state);
    }

    internal void Zero() => CryptographicOperations.ZeroMemory(_state);
}
