namespace Sockets.Dtls.Handshake;

/// <summary>What is saved of an epoch that is written, besides its secret.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Count">Records sealed: the next one's number.</param>
internal readonly record struct SavedWriteEpoch(ulong Epoch, ulong Count);
