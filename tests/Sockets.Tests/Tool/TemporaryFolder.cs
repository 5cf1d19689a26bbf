namespace Sockets.Tests.Tool;

/// <summary>A folder that is gone after the test.</summary>
internal sealed partial class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sockets-test-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public string FullName => _folder.FullName;

    /// <summary>A file of its own bytes.</summary>
    public byte[] WriteRandom(string name, int length)
    {
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);
        File.WriteAllBytes(this[name], content);
        return content;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
