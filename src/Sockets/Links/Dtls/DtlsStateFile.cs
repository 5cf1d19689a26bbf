using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using Sockets.Dtls;
using Sockets.Platform;

namespace Sockets;

/// <summary>
/// Keeps saved connections (<see cref="DtlsListener.SaveAsync"/>) in a file between two processes. They are sealed already; the
/// file can be read by its owner alone, all the same.
/// </summary>
public static class DtlsStateFile
{
    private const int MaxStateLength = 16 << 20;

    private static ReadOnlySpan<byte> Signature => "dtls states 1\n"u8;

    /// <summary>Writes the states to a file that must not exist yet, down to the disk.</summary>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<ReadOnlyMemory<byte>> states)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(states);
        using (FileStream file = PrivateFile.Create(path))
        {
            file.Write(Signature);
            Span<byte> length = stackalloc byte[sizeof(int)];
            foreach (ReadOnlyMemory<byte> state in states)
            {
                BinaryPrimitives.WriteInt32BigEndian(length, state.Length);
                file.Write(length);
                file.Write(state.Span);
            }

            file.Flush(flushToDisk: true);
        }

        PrivateFile.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>
    /// Reads the states and deletes the file before it returns, so that nobody reads them again. What makes sure that none is
    /// restored twice is the record of the <see cref="DtlsStateProtector"/>: the file may have been copied.
    /// </summary>
    /// <returns>The states in the order in which they were written; none when there is no such file.</returns>
    /// <exception cref="InvalidDataException">The file is something else, or was cut off. It is not deleted.</exception>
    /// <exception cref="IOException">The file cannot be read or deleted.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ReadAndDelete(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var states = new List<ReadOnlyMemory<byte>>();
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return states;
        }

        ReadOnlyMemory<byte> rest = content;
        bool isWhole = rest.Span.StartsWith(Signature);
        rest = isWhole ? rest[Signature.Length..] : default;
        while (isWhole && !rest.IsEmpty)
        {
            int length = rest.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32BigEndian(rest.Span);
            isWhole = length is >= 0 and <= MaxStateLength && length <= rest.Length - sizeof(int);
            if (!isWhole)
                break;
            states.Add(rest.Slice(sizeof(int), length));
            rest = rest[(sizeof(int) + length)..];
        }

        if (!isWhole)
            throw new InvalidDataException($"{path} holds no saved connections, or was cut off.");
        File.Delete(path);
        PrivateFile.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return states;
    }
}
