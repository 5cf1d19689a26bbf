using System;
using System.IO;

namespace Sockets.LoadBench;

/// <summary>A line for each subject, for files and pipes.</summary>
/// <param name="writer">Where they go.</param>
internal sealed class PlainDisplay(TextWriter writer) : ILoadDisplay
{
    public void Show(string scenario, double seconds, Action<Action<string>> run)
    {
        string last = string.Empty;
        run(subject =>
        {
            if (subject == last)
                return;
            last = subject;
            writer.WriteLine($"{scenario}: {subject}");
            writer.Flush();
        });
    }
}
