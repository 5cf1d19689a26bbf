using System.Collections.Generic;
using Sockets.LoadBench.Remote;
using Sockets.LoadBench.Streams;

namespace Sockets.LoadBench.SendFile;

/// <summary>A large file, over every kind of stream that was built in.</summary>
internal sealed class SendFileScenario : ILoadScenario
{
    // Bytes that one receive takes at most.
    private const string ReceiveLength = "262144";

    public string Name => "sendfile";

    public string Description => "a file of 1 GiB, against Socket.SendFileAsync and a copy into SslStream";

    public ScenarioReport Run(LoadOptions options)
    {
        List<Measurement> rows = [];
        using var file = new SparseFile();
        using var peerProcess = new RemoteProcess();
        using var process = new RemoteProcess();
        foreach (ISendFileSubject subject in LoadScenarios.BuiltIn<ISendFileSubject>())
        {
            string[] arguments = [nameof(StreamTask.File), nameof(StreamStyle.Async), ReceiveLength, "1", file.FilePath];
            rows.AddRange(Comparison.Run(
                subject.Subject,
                new RemoteWork(peerProcess, subject.PeerTitle, "stream", [subject.Peer, .. arguments]),
                [
                    new RemoteWork(process, "Socket.SendFileAsync of Sockets", "stream", [subject.Contender, .. arguments])
                    {
                        Target = StreamPlan.Target,
                        Floor = StreamPlan.Floor,
                        Allocation = subject.Allocation,
                        Bytes = SparseFile.Length,
                    },
                ],
                seconds: 0,
                options.Progress,
                subject.Rounds));
        }

        return new ScenarioReport(Name, rows, [StreamPlan.Note, "An operation is the whole file, received into 256 KiB at a time. Its length leaves no choice of how long this takes."]);
    }
}
