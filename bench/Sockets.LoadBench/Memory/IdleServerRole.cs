using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using Sockets.Dtls.Crypto;
using Sockets.LoadBench.Peers;

namespace Sockets.LoadBench.Memory;

/// <summary>
/// A server in a process of its own, whose memory is looked at: tells its port; answers <c>measure</c> with resident bytes,
/// managed bytes and connections.
/// </summary>
internal sealed class IdleServerRole : ILoadRole
{
    public string Name => "idle-server";

    public int Run(string[] arguments)
    {
        CryptoProvider provider = CryptoProviders.GetPreferred(arguments[1]);
        using IIdleServer server = arguments[0] == "engine" ? new EngineServer(provider) : new ListenerServer(provider);
        Console.WriteLine(server.Port.ToString(CultureInfo.InvariantCulture));
        while (Console.ReadLine() is not null)
        {
            // Twice: what was finalized in between is gone as well. Idle memory is what is left when the collector has had its turn.
            for (int i = 0; i < 2; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
                Thread.Sleep(100);
            }

            using var self = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{self.WorkingSet64} {GC.GetTotalMemory(forceFullCollection: false)} {server.ConnectionCount}"));
        }

        return 0;
    }
}
