using System;
using System.CommandLine;
using System.IO;
using System.Security.Cryptography;
using Sockets.Tool.Certificates;

namespace Sockets.Tool.Options;

/// <summary>--ticket: a file with the tickets for the next connection, readable by its owner only.</summary>
internal sealed class TicketFile : IDisposable
{
    private readonly string _path;

    private TicketFile(string path)
    {
        _path = path;
        if (path.Length == 0)
            throw new ToolException("--ticket needs the name of a file.");
        using (PrivateFile.Open(path, FileMode.Append))
        {
            // Whether it can be written is known before there is a connection.
        }

        byte[] content = File.ReadAllBytes(path);
        bool isOurs = content.Length <= 1 || Cache.Import(content) > 0; // one byte: no tickets
        CryptographicOperations.ZeroMemory(content);
        if (!isOurs)
            throw new ToolException($"{path} holds no tickets and will not be overwritten: choose another file.");
    }

    public DtlsTicketCache Cache { get; } = new();

    public static Option<string?> CreateOption() => new("--ticket")
    {
        Description = "Resume the session whose tickets are in this file, if there are any, and keep the new tickets there. Whoever reads it can resume the session.",
        HelpName = "FILE",
    };

    public static TicketFile? Open(string? path) => path is null ? null : new TicketFile(path);

    /// <summary>Writes what came.</summary>
    public void Dispose()
    {
        byte[] content = Cache.Export();
        using (FileStream stream = PrivateFile.Open(_path, FileMode.Create))
            stream.Write(content);
        CryptographicOperations.ZeroMemory(content);
        Cache.Dispose();
    }
}
