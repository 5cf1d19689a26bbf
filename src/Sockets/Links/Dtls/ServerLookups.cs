using System;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>What a server's options say about lookups that take time. Read once.</summary>
internal sealed class ServerLookups(DtlsServerOptions options)
{
    public Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<DtlsPreSharedKey?>>? FindPreSharedKey { get; } = options.FindPreSharedKeyAsync;

    public Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]?>>? OpenTicket { get; } = options.OpenTicketAsync;

    public Func<DtlsLookup, CancellationToken, ValueTask<bool>>? UseTicket { get; } = options.UseTicketAsync;

    public Func<DtlsLookup, CancellationToken, ValueTask<bool>>? RecordEarlyData { get; } = options.RecordEarlyDataAsync;
}
