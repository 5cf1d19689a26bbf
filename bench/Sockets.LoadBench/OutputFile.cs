using System;
using System.IO;

namespace Sockets.LoadBench;

/// <summary>A file that is written after minutes of measuring: whether it can be is found out before.</summary>
internal static class OutputFile
{
    /// <summary>Why it cannot be written; null when it can. Leaves things as they were.</summary>
    public static string? Problem(string path)
    {
        try
        {
            bool isNew = !File.Exists(path);
            using (File.Open(path, FileMode.OpenOrCreate, FileAccess.Write))
            {
            }

            if (isNew)
                File.Delete(path);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"'{path}' cannot be written: {exception.Message.TrimEnd('.')}";
        }
    }
}
