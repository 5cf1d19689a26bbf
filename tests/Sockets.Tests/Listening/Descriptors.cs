namespace Sockets.Tests.Listening;

/// <summary>What this process has open.</summary>
internal static class Descriptors
{
    /// <summary>The sockets of this process: other descriptors come and go with the runtime. 0 where the system does not tell.</summary>
    public static int Count()
    {
        if (!Directory.Exists("/proc/self/fd"))
            return 0;
        int count = 0;
        foreach (string descriptor in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            try
            {
                if (new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("socket:", StringComparison.Ordinal))
                    count++;
            }
            catch (IOException)
            {
                // Closed meanwhile.
            }
        }

        return count;
    }
}
