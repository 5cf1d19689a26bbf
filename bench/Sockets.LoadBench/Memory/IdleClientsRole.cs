using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.LoadBench.Peers;

namespace Sockets.LoadBench.Memory;

/// <summary>
/// The clients of an idle server. <c>open FROM COUNT</c> connects that many, forgets most of them without a word, and answers
/// with how many it kept; <c>update</c> changes the keys of those and answers with how many could.
/// </summary>
internal sealed class IdleClientsRole : ILoadRole
{
    // One connection in so many is kept to be used again.
    private const int SampleEvery = 1000;
    private const int Threads = 3;

    private readonly ConcurrentBag<IdleClient> _sample = [];

    public string Name => "idle-clients";

    public int Run(string[] arguments)
    {
        int port = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        var config = new DtlsConfig { Crypto = CryptoProviders.Default, CipherSuites = [CipherSuite.Aes128GcmSha256] };
        while (Console.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            Console.WriteLine(words[0] == "open"
                ? Open(config, port, int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture))
                : Update());
        }

        foreach (IdleClient client in _sample)
            client.Dispose();
        return 0;
    }

    private string Open(DtlsConfig config, int port, int from, int count)
    {
        int next = from;
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ =>
        {
            byte[] buffer = new byte[2048];
            int number;
            while ((number = Interlocked.Increment(ref next) - 1) < from + count)
            {
                var client = new IdleClient(config, number, port, buffer);
                client.Open();
                if (number % SampleEvery == 0)
                    _sample.Add(client);
                else
                    client.Dispose();
            }
        });
        return _sample.Count.ToString(CultureInfo.InvariantCulture);
    }

    private string Update()
    {
        int updated = 0;
        foreach (IdleClient client in _sample)
        {
            client.UpdateKeys();
            updated++;
        }

        return updated.ToString(CultureInfo.InvariantCulture);
    }
}
