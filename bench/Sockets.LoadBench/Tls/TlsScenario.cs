using System.Collections.Generic;
using System.Globalization;
using Sockets.LoadBench.Peers;
using Sockets.LoadBench.Remote;
using Sockets.LoadBench.Streams;

namespace Sockets.LoadBench.Tls;

/// <summary>TLS 1.3 against SslStream, with a C program on OpenSSL beside it.</summary>
internal sealed class TlsScenario : ILoadScenario
{
    public string Name => "tls";

    public string Description => "echo and throughput over TLS 1.3, against SslStream and beside OpenSSL in C";

    public ScenarioReport Run(LoadOptions options)
    {
        List<string> notes = [StreamPlan.Note];
        bool hasNative = NativePeer.TryBuild("tls_peer", ["ssl", "crypto"], out string program, out string reason);
        if (!hasNative)
            notes.Add(reason);
        IReadOnlyList<Measurement> rows = StreamPlan.Run("sslstream", "SslStream", "tls", AllocationRule.AtMostPeer, options, Native);
        return new ScenarioReport(Name, rows, notes);

        IReadOnlyList<LoadWork> Native(StreamTask task, StreamStyle style, int size)
        {
            if (!hasNative || style != StreamStyle.Blocking)
                return [];
            string[] arguments = [task == StreamTask.Echo ? "echo" : "push", size.ToString(CultureInfo.InvariantCulture)];
            var work = new NativeWork("OpenSSL in C", program, StreamPlan.Operations(task, size), arguments) { Bytes = task == StreamTask.Push ? size : 0 };
            if (notes.Count == 1)
                notes.Add($"OpenSSL in C: {work.Greeting}.");
            return [work];
        }
    }
}
