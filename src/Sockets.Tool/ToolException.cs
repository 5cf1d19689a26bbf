using System;

namespace Sockets.Tool;

/// <summary>Something the user can put right. The message is one sentence that names the thing and says what to do.</summary>
internal sealed class ToolException(string message, Exception? innerException = null) : Exception(message, innerException);
