using System;
using System.IO;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Sockets.Tool;

/// <summary>Turns an exception into the one line that the user sees. No stack traces.</summary>
internal static class FailureLine
{
    public static string Of(Exception exception) => OneLine(exception switch
    {
        ToolException or CryptographicException => exception.Message,
        FileNotFoundException { FileName: { } name } => $"File '{name}' does not exist.",
        DirectoryNotFoundException => $"{exception.Message} Create the folder, or name another.",
        UnauthorizedAccessException => $"{exception.Message.TrimEnd('.')}: permission denied, or it is a folder.",
        SocketException socket => $"The network refused: {socket.Message}.",
        ArgumentException argument => WithoutParameter(argument),
        IOException => exception.Message,
        _ => $"{exception.GetType().Name}: {exception.Message}",
    });

    private static string WithoutParameter(ArgumentException exception)
    {
        int end = exception.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
