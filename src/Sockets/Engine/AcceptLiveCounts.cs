namespace Sockets.Engine;

/// <summary>What is alive of a listener: all 0 after its end and that of its sockets, or something has leaked.</summary>
/// <param name="Tasks">Loops and handshakes.</param>
/// <param name="Sockets">Connections, from acceptance to disposal.</param>
/// <param name="Buffers">Rented ones, of datagrams that wait for their readers.</param>
internal readonly record struct AcceptLiveCounts(int Tasks, int Sockets, int Buffers);
