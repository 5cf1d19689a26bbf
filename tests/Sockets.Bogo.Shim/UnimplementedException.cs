using System;

namespace Sockets.Bogo.Shim;

/// <summary>The test needs something the library does not have: the runner skips it.</summary>
internal sealed class UnimplementedException(string message) : Exception(message);
