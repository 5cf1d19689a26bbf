using System;
using System.IO;

namespace Sockets.LoadBench.SendFile;

/// <summary>A file of a gigabyte that takes no room on the disk; deleted with this.</summary>
internal sealed class SparseFile : IDisposable
{
    public const long Length = 1L << 30;

    public SparseFile()
    {
        using FileStream file = File.Create(FilePath);
        file.SetLength(Length);
    }

    public string FilePath { get; } = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(FilePath);
}
