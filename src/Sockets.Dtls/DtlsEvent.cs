namespace Sockets.Dtls;

/// <summary>One event of one connection.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Connection">Where; never null for an event that was returned.</param>
public readonly record struct DtlsEvent(DtlsEventKind Kind, DtlsConnection Connection);
