using System;
using System.CommandLine;
using System.IO;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Sockets.Platform;
using Sockets.Tool.Certificates;

namespace Sockets.Tool.Options;

/// <summary>
/// --ticket: a file with the tickets for the next connection, readable by its owner only. It is replaced as a whole, so that nobody
/// ever sees half of it, by a file that was made for it and has the rights of one with secrets.
/// </summary>
internal sealed class TicketFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _next;
    private bool _isSaved;

    private TicketFile(string path)
    {
        if (path.Length == 0)
            throw new ToolException("--ticket needs the name of a file.");
        _path = (new FileInfo(path).LinkTarget is null ? null : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName) ?? Path.GetFullPath(path);
        if (!Directory.Exists(Path.GetDirectoryName(_path)))
            throw new ToolException($"The folder of the ticket file '{path}' does not exist. Create the folder, or name another.");
        Import(path);
        _next = CreateNext(path); // whether it can be written is known before there is a connection
    }

    public DtlsTicketCache Cache { get; } = new();

    public static Option<string?> CreateOption() => new("--ticket")
    {
        Description = "Resume the session whose tickets are in this file, if there are any, and keep the new tickets there. Whoever reads it can resume the session.",
        HelpName = "FILE",
    };

    public static TicketFile? Open(string? path) => path is null ? null : new TicketFile(path);

    /// <summary>Writes what came, unless it was saved. That it cannot is not told here, where something else may have failed before.</summary>
    public void Dispose()
    {
        try
        {
            if (!_isSaved)
                Save();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next connection has no tickets.
        }
        finally
        {
            Cache.Dispose();
        }
    }

    /// <summary>Writes what came, once.</summary>
    public void Save()
    {
        _isSaved = true;
        byte[] content = Cache.Export();
        try
        {
            using (_next)
            {
                _next.Write(content);
                _next.Flush(flushToDisk: true);
            }

            File.Move(_next.Name, _path, overwrite: true);
        }
        catch
        {
            File.Delete(_next.Name);
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private void Import(string path)
    {
        if (!Path.Exists(_path))
            return;
        if (!FileKind.IsRegular(_path))
            throw new ToolException($"{path} is no regular file, and tickets are kept in one: choose another.");
        using SafeFileHandle file = File.OpenHandle(_path);
        byte[] content = new byte[RandomAccess.GetLength(file)];
        content = content[..RandomAccess.Read(file, content, 0)];
        bool isOurs = content.Length <= 1 || Cache.Import(content) > 0; // one byte: no tickets
        CryptographicOperations.ZeroMemory(content);
        if (!isOurs)
            throw new ToolException($"{path} holds no tickets and will not be overwritten: choose another file.");
        if (content.Length > 1 && PrivateFile.IsOpenToOthers(file))
            throw new ToolException($"The tickets in '{path}' are secrets, and others may read or change the file: delete it, or keep them with 'chmod 600 {path}'.");
    }

    private FileStream CreateNext(string path)
    {
        try
        {
            return PrivateFile.Open($"{_path}.{Path.GetRandomFileName()}", FileMode.CreateNew);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ToolException($"The ticket file '{path}' cannot be written: permission denied to its folder.", exception);
        }
    }
}
