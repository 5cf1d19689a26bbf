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

    /// <summary>Opens the file, readable by its owner only, and makes the configuration write to it.</summary>
    public static StreamWriter? Open(string? path, DtlsOptions options)
    {
        if (path is null)
            return null;
        var writer = new StreamWriter(PrivateFile.Open(path, FileMode.Append), new UTF8Encoding(false)) { AutoFlush = true };
        options.ConfigureEngine = config => config with
        {
            DangerousKeyLog = line =>
            {
                lock (writer)
                    writer.WriteLine(line);
            },
        };
        return writer;
    }
}
