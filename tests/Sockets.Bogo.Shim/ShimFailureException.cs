using System;

namespace Sockets.Bogo.Shim;

/// <summary>The connection did not go as the flags say. The message is the line for stderr.</summary>
internal sealed class ShimFailureException(string message) : Exception(message);
