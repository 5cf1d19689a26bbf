using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.Threading;
using Sockets.Dtls;
using Sockets.Platform;

namespace Sockets;

/// <summary>
/// An <see cref="IDtlsReplayRecord"/> that outlives the process: a directory with one small file for each identifier, created
/// atomically and written down to the disk before <see cref="TryAdd"/> says yes. Several processes may share it, on a file system
/// where creating a file is atomic. It waits for the disk, so it is for saved connections (<see cref="DtlsStateProtector"/>) rather
/// than for early data.
/// </summary>
/// <remarks>The directory must be this record's alone. Whoever can delete in it can have things accepted twice.</remarks>
public sealed class DtlsFileReplayRecord : IDtlsReplayRecord
{
    private const string SinceName = "since";
    private const int PruneEvery = 1024;

    /// <summary>How long a file stays beyond its time: by so much the clock may have been ahead, at the start of a machine for instance.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    private readonly Lock _gate = new();
    private readonly string _directory;
    private readonly int _capacity;
    private int _count;
    private int _addsUntilPrune;

    /// <summary>Uses a directory, which is created with all above it where it does not exist.</summary>
    /// <param name="directory">Where the files are.</param>
    /// <param name="timeProvider">The clock of the configurations that use it. Null: the system's.</param>
    /// <param name="capacity">Identifiers at most; when all of them are still needed, nothing more is accepted.</param>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public DtlsFileReplayRecord(string directory, TimeProvider? timeProvider = null, int capacity = 100_000)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _directory = Path.GetFullPath(directory);
        _capacity = capacity;
        Directory.CreateDirectory(_directory);
        DateTimeOffset now = (timeProvider ?? TimeProvider.System).GetUtcNow();
        RemembersSince = ReadSince() ?? WriteSince(now);
        Prune(now);
    }

    /// <inheritdoc/>
    public DateTimeOffset RemembersSince { get; }

    /// <inheritdoc/>
    public bool TryAdd(ReadOnlySpan<byte> id, DateTimeOffset now, DateTimeOffset expires)
    {
        if (id.Length != 32)
            throw new ArgumentException("An identifier has 32 bytes.", nameof(id));
        lock (_gate)
        {
            if (_addsUntilPrune <= 0 || _count >= _capacity)
                Prune(now);
            if (_count >= _capacity)
                return false;
            try
            {
                Write(Path.Combine(_directory, Convert.ToHexStringLower(id)), expires);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return false; // it is there, or it cannot be written down: both mean no
            }

            _count++;
            _addsUntilPrune--;
            return true;
        }
    }

    private static void Write(string path, DateTimeOffset time)
    {
        Span<byte> ticks = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(ticks, time.UtcTicks);
        using (FileStream file = PrivateFile.Create(path))
        {
            file.Write(ticks);
            file.Flush(flushToDisk: true);
        }

        PrivateFile.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    private static DateTimeOffset? Read(string path)
    {
        byte[] ticks = File.ReadAllBytes(path);
        return ticks.Length == sizeof(long) && BinaryPrimitives.ReadInt64BigEndian(ticks) is >= 0 and <= 3_155_378_975_999_999_999
            ? new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(ticks), TimeSpan.Zero)
            : null;
    }

    private DateTimeOffset? ReadSince()
    {
        string path = Path.Combine(_directory, SinceName);
        return File.Exists(path)
            ? Read(path) ?? throw new InvalidDataException($"{path} is damaged: nobody knows from when on everything is remembered.")
            : null;
    }

    /// <summary>Whole or not at all: another process may be doing the same.</summary>
    private DateTimeOffset WriteSince(DateTimeOffset now)
    {
        string temporary = Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{SinceName}.{Guid.NewGuid():n}"));
        Write(temporary, now);
        try
        {
            File.Move(temporary, Path.Combine(_directory, SinceName), overwrite: false);
            PrivateFile.FlushDirectory(_directory);
            return now;
        }
        catch (IOException) when (File.Exists(Path.Combine(_directory, SinceName)))
        {
            File.Delete(temporary);
            return ReadSince()!.Value;
        }
    }

    /// <summary>Deletes what has expired. What cannot be read stays: it means no.</summary>
    private void Prune(DateTimeOffset now)
    {
        _addsUntilPrune = PruneEvery;
        int count = 0;
        foreach (string path in Directory.EnumerateFiles(_directory))
        {
            if (Path.GetFileName(path).Length != 64)
                continue;
            try
            {
                if (Read(path) is { } expires && expires + Grace <= now)
                    File.Delete(path);
                else
                    count++;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                count++;
            }
        }

        _count = count;
    }
}
