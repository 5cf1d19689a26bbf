using System;

namespace Sockets.Dtls.Handshake;

/// <summary>What is saved of an epoch that is read, besides its secret.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Failures">Records that failed authentication.</param>
/// <param name="Left">How long its late records were still to be accepted; null: it has not been superseded for good.</param>
/// <param name="WindowSize">Numbers the replay window remembers.</param>
/// <param name="Next">One more than the largest number accepted.</param>
/// <param name="Words">What was accepted.</param>
internal sealed record SavedReadEpoch(ulong Epoch, ulong Failures, TimeSpan? Left, int WindowSize, ulong Next, ulong[] Words);
