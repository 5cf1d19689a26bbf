using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.OpenSsl;
using Sockets.LoadBench.Peers;

namespace Sockets.LoadBench.Memory;

/// <summary>What an established connection costs a server that has nothing to do for it.</summary>
internal sealed class MemoryScenario : ILoadScenario
{
    private const int Connections = 100_000;
    private const int FewerConnections = 20_000;
    private const int WarmUp = 1_000;
    private const double Limit = 3072;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    public string Name => "memory";

    public string Description => "resident memory of idle DTLS connections, the server's process alone";

    public ScenarioReport Run(LoadOptions options)
    {
        List<Measurement> rows = [];
        List<string> notes = ["The best peer known, wolfSSL, takes 9.4 KB. Resident memory of the server's process after full collections, less that after the first 1,000 connections, for each further one; after one record each way and three seconds of quiet."];
        if (!OpenSslCryptoProvider.IsSupported)
            return new ScenarioReport(Name, [], ["libcrypto 3 was not found."]);
        string provider = CryptoProviders.Default == OpenSslCryptoProvider.Instance ? "openssl" : string.Empty;
        Measure("engine", provider, Connections);
        Measure("listener", provider, FewerConnections);
        if (provider.Length == 0)
            Measure("engine", "openssl", FewerConnections);
        return new ScenarioReport(Name, rows, notes);

        void Measure(string face, string preference, int count)
        {
            string contender = $"{(face == "engine" ? "DtlsEndpoint" : "DtlsListener")}, {(preference.Length > 0 ? OpenSslCryptoProvider.Instance : CryptoProviders.Default).Name.Split(" over ")[0]}";
            options.Progress($"{count:N0} connections: {contender}");
            using ChildPeer server = ChildPeer.StartRole("idle-server", face, preference);
            using ChildPeer clients = ChildPeer.StartRole("idle-clients", server.Answer());
            Open(0, WarmUp);
            (double resident, double managed, double connections) before = Look();
            Open(WarmUp, count);
            (double resident, double managed, double connections) after = Look();
            double opened = after.connections - before.connections;
            string sample = clients.Ask("update");
            rows.Add(new Measurement
            {
                Subject = string.Create(CultureInfo.InvariantCulture, $"idle server connection, one of {count:N0}"),
                Contender = contender,
                Figure = new Figure(Math.Round((after.resident - before.resident) / opened), "B", preference == "openssl" ? null : Limit),
            });
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{contender}: {opened:N0} connections, {(after.managed - before.managed) / opened:F0} B of each managed; keys of {sample} of them updated afterwards, both ways."));

            void Open(int from, int number)
            {
                clients.Tell(string.Create(CultureInfo.InvariantCulture, $"open {from} {number}"));
                clients.Answer(Patience);
            }

            (double, double, double) Look()
            {
                Thread.Sleep(3000);
                double[] values = [.. server.Ask("measure").Split(' ').Select(static word => double.Parse(word, CultureInfo.InvariantCulture))];
                return (values[0], values[1], values[2]);
            }
        }
    }
}
