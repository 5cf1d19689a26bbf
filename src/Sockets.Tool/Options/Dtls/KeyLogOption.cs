using System;
using System.CommandLine;
using System.IO;
using System.Text;
using Sockets.Tool.Certificates;

namespace Sockets.Tool.Options;

/// <summary>--dangerous-key-log: the traffic secrets, for Wireshark.</summary>
internal static class KeyLogOption
{
    public static Option<string?> Create() => new("--dangerous-key-log")
    {
        Description = "Append the traffic secrets to this file in SSLKEYLOGFILE form. Whoever reads it can decrypt everything.",
        HelpName = "FILE",
    };

    /// <summary>Opens the file, readable by its owner only.</summary>
    public static StreamWriter? Open(string? path)
    {
        if (path is null)
            return null;
        FileStream file = PrivateFile.Open(path, FileMode.Append);
        if (PrivateFile.IsOpenToOthers(file.SafeFileHandle))
        {
            file.Dispose();
            throw new ToolException($"The key log '{path}' takes secrets, and others may read or change the file: delete it, or go on with it after 'chmod 600 {path}'.");
        }

        return new StreamWriter(file, new UTF8Encoding(false)) { AutoFlush = true };
    }

    /// <summary>What takes the lines; null: nothing does.</summary>
    public static Action<string>? WriteTo(StreamWriter? log) => log is null
        ? null
        : line =>
        {
            lock (log)
                log.WriteLine(line);
        };
}
