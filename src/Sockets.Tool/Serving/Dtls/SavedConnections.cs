using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Tool.Certificates;

namespace Sockets.Tool.Serving;

/// <summary>--state and --state-key: the connections of a server that ends, for the one that is started next.</summary>
internal sealed class SavedConnections : IDisposable
{
    private readonly string _path;
    private readonly DtlsStateProtector _protector;

    private SavedConnections(string path, DtlsStateProtector protector)
    {
        _path = path;
        _protector = protector;
    }

    public static Option<string?> CreateStateOption() => new("--state")
    {
        Description = "Keep the connections in this file when SIGINT or SIGTERM ends the server, and go on with them at the next start, without handshakes; FILE.restored beside it remembers which. Needs --state-key.",
        HelpName = "FILE",
    };

    public static Option<string?> CreateKeyOption() => new("--state-key")
    {
        Description = "The file with the 32 bytes that seal what --state keeps; it is made when it does not exist.",
        HelpName = "FILE",
    };

    /// <summary>Null: nothing is to be kept.</summary>
    /// <exception cref="ToolException">The options contradict each other, or a file is not what it should be.</exception>
    public static SavedConnections? Open(string? path, string? keyPath)
    {
        if (path is null && keyPath is null)
            return null;
        if (string.IsNullOrEmpty(path) || string.IsNullOrEmpty(keyPath))
            throw new ToolException("--state FILE and --state-key FILE need each other: the connections, and the key that seals them.");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            throw new ToolException($"The folder of the state file '{path}' does not exist. Create the folder, or name another.");
        byte[] key = GC.AllocateArray<byte>(DtlsStateProtector.KeyLength, pinned: true);
        try
        {
            ReadOrMake(keyPath, key);
            return new SavedConnections(path, new DtlsStateProtector(CryptoProviders.Default, key, new DtlsFileReplayRecord(path + ".restored")));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public void Dispose() => _protector.Dispose();

    /// <summary>Goes on with what was kept. Whom that does not work for makes a handshake, as without it.</summary>
    public void Restore(ConnectionManager manager, ToolConsole console)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> states;
        try
        {
            states = DtlsStateFile.ReadAndDelete(_path);
        }
        catch (InvalidDataException exception)
        {
            throw new ToolException($"{exception.Message} Delete it, or name another file for --state.", exception);
        }

        int restored = 0;
        foreach (ReadOnlyMemory<byte> state in states)
        {
            DtlsRestoreResult result = manager.TryRestore(_protector, state.Span, out _);
            if (result == DtlsRestoreResult.Restored)
                restored++;
            else
                console.WriteLine($"not-restored reason={JsonNamingPolicy.KebabCaseLower.ConvertName(result.ToString())}");
        }

        if (states.Count > 0)
            console.WriteLine($"restored {restored} of {states.Count}");
    }

    /// <summary>Ends the server, and the connections only in this process.</summary>
    public async Task SaveAsync(ConnectionManager manager, ToolConsole console)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> states = await manager.SaveAsync(_protector);
        if (states.Count > 0)
            DtlsStateFile.Write(_path, states);
        console.WriteLine($"saved {states.Count}");
    }

    private static void ReadOrMake(string path, Span<byte> key)
    {
        if (!File.Exists(path))
        {
            RandomNumberGenerator.Fill(key);
            using FileStream made = PrivateFile.Open(path, FileMode.CreateNew);
            made.Write(key);
            made.Flush(flushToDisk: true);
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        if (PrivateFile.IsOpenToOthers(file.SafeFileHandle))
            throw new ToolException($"The key file '{path}' can be read or written by others than its owner. Make it yours alone (chmod 600), or have a new one made.");
        if (file.Length != key.Length)
            throw new ToolException($"The key file '{path}' has {file.Length} bytes and not {key.Length}. Name one with {key.Length} random bytes, or one that does not exist: it is made then.");
        file.ReadExactly(key);
    }
}
