using System;

namespace Sockets.Dtls;

/// <summary>A connection that was saved.</summary>
/// <param name="Connection">It is over.</param>
/// <param name="State">What goes on with it: see <see cref="DtlsConnection.TryRestore"/>.</param>
public readonly record struct DtlsSavedConnection(DtlsConnection Connection, ReadOnlyMemory<byte> State);
