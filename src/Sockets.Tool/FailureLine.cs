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
        SocketFailureException failure => WithAdvice(failure),
        FileNotFoundException { FileName: { } name } => $"File '{name}' does not exist.",
        DirectoryNotFoundException => $"{exception.Message} Create the folder, or name another.",
        UnauthorizedAccessException => $"{exception.Message.TrimEnd('.')}: permission denied, or it is a folder.",
        SocketException socket => $"The network refused: {socket.Message}.",
        ArgumentException argument => WithoutParameter(argument),
        IOException => exception.Message,
        _ => $"{exception.GetType().Name}: {exception.Message}",
    });

    /// <summary>What happened, and what to do about it where that is not in the sentence already.</summary>
    private static string WithAdvice(SocketFailureException failure) => failure.Reason switch
    {
        SocketFailureReason.AddressInUse => $"{failure.Message} Stop the program that has it, or choose another port.",
        SocketFailureReason.AddressNotAvailable => $"{failure.Message} It is not an address of this machine: choose one that is.",
        SocketFailureReason.AccessDenied => $"{failure.Message} Choose a port above 1023, or a path that may be used.",
        _ => failure.Message,
    };

    private static string WithoutParameter(ArgumentException exception)
    {
        int end = exception.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }

    /// <summary>The same words without what would break the line.</summary>
    public static string OneLine(string message) => message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal).Trim();
}
