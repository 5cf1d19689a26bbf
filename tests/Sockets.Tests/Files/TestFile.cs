using Microsoft.Win32.SafeHandles;

namespace Sockets.Tests.Files;

/// <summary>A file of seeded content that is gone after the test.</summary>
internal sealed class TestFile : IDisposable
{
    public TestFile(int length, int seed = 1)
    {
        Content = new byte[length];
        new Random(seed).NextBytes(Content);
        File.WriteAllBytes(Name, Content);
        Handle = File.OpenHandle(Name, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    public string Name { get; } = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public byte[] Content { get; }

    public SafeFileHandle Handle { get; }

    public void Dispose()
    {
        Handle.Dispose();
        File.Delete(Name);
    }
}
