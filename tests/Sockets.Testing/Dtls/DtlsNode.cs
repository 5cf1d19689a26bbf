using Sockets.Dtls;

namespace Sockets.Testing;

/// <summary>
/// One address of a <see cref="DtlsNetwork"/> and the driver behind it: a bare connection or an endpoint. Drains the
/// engine after every mutation and answers its questions, at once or after a while.
/// </summary>
public sealed class DtlsNode
{
    private const int DrainLimit = 4096;

    private readonly byte[] _buffer = new byte[65_536];
    private readonly List<(MonotonicTime Due, Action Answer)> _answers = [];
    private readonly DtlsNetwork _network;
    private bool _draining;

    internal DtlsNode(DtlsNetwork network, DtlsAddress address, Netem inbound, DtlsEndpoint? endpoint)
    {
        _network = network;
        Address = address;
        Inbound = inbound;
        Endpoint = endpoint;
    }

    public DtlsAddress Address { get; }

    /// <summary>The link towards this node.</summary>
    public Netem Inbound { get; }

    public DtlsEndpoint? Endpoint { get; private set; }

    /// <summary>Every connection this node has had, in order of appearance.</summary>
    public List<ConnectionLog> Logs { get; } = [];

    /// <summary>The newest connection.</summary>
    public ConnectionLog Log => Logs[^1];

    public DtlsConnection Connection => Log.Connection;

    /// <summary>Decides about the peer's certificates: null accepts them.</summary>
    public Func<DtlsConnection, AlertDescription?> Verify { get; set; } = static _ => null;

    /// <summary>Chooses a configuration by the ClientHello: null refuses it with unrecognized_name.</summary>
    public Func<DtlsClientHelloInfo, DtlsConfig?> Choose { get; set; } = static _ => null;

    public TimeSpan ChoiceDelay { get; set; }

    /// <summary>Answers the lookups of a server, if anybody does.</summary>
    public Action<DtlsConnection, DtlsLookup>? LookUp { get; set; }

    public TimeSpan LookupDelay { get; set; }

    public TimeSpan VerificationDelay { get; set; }

    public TimeSpan SignatureDelay { get; set; }

    /// <summary>Bytes allocated inside the engine's calls: an upper bound of what it can be holding.</summary>
    public long EngineAllocatedBytes { get; private set; }

    public MonotonicTime NextTimeout => MonotonicTime.Min(EngineTimeout, NextAnswer);

    /// <summary>The engine's own timer, without answers that are still being worked on.</summary>
    public MonotonicTime EngineTimeout => Endpoint?.NextTimeout ?? (Logs.Count == 0 ? MonotonicTime.Never : Connection.NextTimeout);

    private MonotonicTime NextAnswer => _answers.Count == 0 ? MonotonicTime.Never : _answers.Min(static answer => answer.Due);

    public MonotonicTime Now => _network.Clock.Now;

    /// <summary>Starts a client connection to <paramref name="server"/>.</summary>
    public ConnectionLog Connect(DtlsConfig config, DtlsAddress server)
    {
        var path = new DtlsPath(server, Address);
        DtlsConnection connection = Measure(() => Endpoint?.Connect(config, path, Now) ?? DtlsConnection.CreateClient(config, path, Now));
        ConnectionLog log = LogOf(connection);
        Drain();
        return log;
    }

    /// <summary>Puts a bare server connection here that waits for <paramref name="client"/>.</summary>
    public ConnectionLog Serve(DtlsConfig config, DtlsAddress client)
    {
        DtlsConnection connection = Measure(() => DtlsConnection.CreateServer(config, new DtlsPath(client, Address), Now));
        ConnectionLog log = LogOf(connection);
        Drain();
        return log;
    }

    /// <summary>As after a restart of the process: nothing is left but what is given.</summary>
    public void Restart(DtlsEndpoint endpoint)
    {
        Endpoint?.Dispose();
        _answers.Clear();
        Endpoint = endpoint;
    }

    /// <summary>Ends the newest connection here and goes on with it as another one.</summary>
    public ConnectionLog SaveAndRestore(DtlsConfig config, DtlsStateProtector protector)
    {
        Drain();
        if (Connection.TrySave(protector, Now, out byte[]? state) is var saved and not DtlsSaveResult.Saved)
            throw new InvalidOperationException($"{Address} could not be saved: {saved}.");
        Drain();
        if (DtlsConnection.TryRestore(config, protector, state, Now, out DtlsConnection? connection) is var restored and not DtlsRestoreResult.Restored)
            throw new InvalidOperationException($"{Address} could not be restored: {restored}.");
        ConnectionLog log = LogOf(connection!);
        Drain();
        return log;
    }

    public ConnectionLog LogOf(DtlsConnection connection)
    {
        if (connection.UserState is ConnectionLog log)
            return log;
        log = new ConnectionLog(this, connection);
        connection.UserState = log;
        Logs.Add(log);
        return log;
    }

    /// <summary>Hands a datagram to the engine, whatever the link would have done with it.</summary>
    /// <param name="source">Where it comes from.</param>
    /// <param name="datagram">The datagram; copied.</param>
    /// <param name="destination">Which of the node's addresses it comes to; null: the first.</param>
    public void Receive(DtlsAddress source, ReadOnlySpan<byte> datagram, DtlsAddress? destination = null)
    {
        byte[] copy = datagram.ToArray();
        var path = new DtlsPath(source, destination ?? Address);
        var sink = new CollectingSink(this);
        long before = GC.GetAllocatedBytesForCurrentThread();
        if (Endpoint is null)
            Connection.HandleDatagram(path, copy, Now, ref sink);
        else
            Endpoint.HandleDatagram(path, copy, Now, ref sink);
        EngineAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before - sink.AllocatedBytes;
        Drain();
    }

    public void HandleDue()
    {
        for (int i = 0; i < _answers.Count; i++)
        {
            if (_answers[i].Due > Now)
                continue;
            Action answer = _answers[i].Answer;
            _answers.RemoveAt(i--);
            answer();
            Drain();
        }

        if (EngineTimeout <= Now)
        {
            Measure(() =>
            {
                if (Endpoint is null)
                    Connection.HandleTimeout(Now);
                else
                    Endpoint.HandleTimeout(Now);
                return 0;
            });
            Drain();
        }
    }

    /// <summary>Writes one record and puts it on the wire.</summary>
    public DtlsWriteResult Write(DtlsConnection connection, ReadOnlySpan<byte> data)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        DtlsWriteResult result = connection.Write(data, Now, _buffer, out int length);
        EngineAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        if (result == DtlsWriteResult.Success)
            _network.Send(connection.Path.Local, connection.Path.Remote, _buffer.AsSpan(0, length));
        Drain();
        return result;
    }

    public void Close(DtlsConnection connection)
    {
        connection.Close(Now);
        Drain();
    }

    public void Abort(DtlsConnection connection, AlertDescription alert)
    {
        connection.Abort(alert, Now);
        Drain();
    }

    /// <summary>Moves a connection to another address of this node, which is its own from now on.</summary>
    public bool Migrate(DtlsConnection connection, DtlsAddress local, DtlsAddress? remote = null)
    {
        _network.AddAddress(this, local);
        bool accepted = connection.Migrate(new DtlsPath(remote ?? connection.Path.Remote, local), Now);
        Drain();
        return accepted;
    }

    public bool RequestKeyUpdate(DtlsConnection connection, bool requestPeerUpdate)
    {
        bool accepted = connection.RequestKeyUpdate(Now, requestPeerUpdate);
        Drain();
        return accepted;
    }

    /// <summary>Does something to the engine at the present time, and drains it.</summary>
    public T Call<T>(Func<MonotonicTime, T> mutation)
    {
        T result = Measure(() => mutation(Now));
        Drain();
        return result;
    }

    /// <summary>Output first, then events; an answer is a mutation too, so it goes round until nothing comes.</summary>
    public void Drain()
    {
        if (_draining)
            return;
        _draining = true;
        try
        {
            int rounds = 0;
            bool progress = true;
            while (progress)
            {
                progress = false;
                while (TryTransmit())
                {
                    progress = true;
                    Bound(ref rounds);
                }

                while (TryEvent())
                {
                    progress = true;
                    Bound(ref rounds);
                }
            }
        }
        finally
        {
            _draining = false;
        }
    }

    private void Bound(ref int rounds)
    {
        if (++rounds > DrainLimit)
            throw new InvalidOperationException($"{Address} did not come to rest after {DrainLimit} datagrams and events.");
    }

    private bool TryTransmit()
    {
        if (Endpoint is null && Logs.Count == 0)
            return false;
        DtlsTransmit transmit = Measure(() => Endpoint?.PollTransmit(_buffer) ?? Connection.PollTransmit(_buffer));
        if (transmit.IsEmpty)
            return false;
        if (transmit.SegmentSize != transmit.Length)
            throw new InvalidOperationException($"One call gives one datagram, yet length {transmit.Length} and segment {transmit.SegmentSize}.");
        _network.Send(transmit.Path.Local, transmit.Path.Remote, _buffer.AsSpan(0, transmit.Length));
        return true;
    }

    private bool TryEvent()
    {
        if (Endpoint is null && Logs.Count == 0)
            return false;
        DtlsEvent raised = default;
        bool any = Measure(() => Endpoint?.PollEvent(out raised) ?? Connection.PollEvent(out raised));
        if (!any)
            return false;
        ConnectionLog log = LogOf(raised.Connection);
        log.Events.Add(raised.Kind);
        switch (raised.Kind)
        {
            case DtlsEventKind.CertificateVerificationRequired:
            case DtlsEventKind.ClientCertificateReceived:
                Answer(log, VerificationDelay, () =>
                {
                    AlertDescription? rejection = Verify(log.Connection);
                    Measure(() =>
                    {
                        log.Connection.CompleteCertificateVerification(rejection, Now);
                        return 0;
                    });
                });
                break;
            case DtlsEventKind.ConfigurationRequired:
                Answer(log, ChoiceDelay, () =>
                {
                    DtlsConfig? choice = Choose(log.Connection.PendingClientHello ?? throw new InvalidOperationException("A configuration was asked for and nothing says by what."));
                    Measure(() =>
                    {
                        if (choice is null)
                            log.Connection.RefuseClientHello(AlertDescription.UnrecognizedName, Now);
                        else
                            log.Connection.CompleteConfiguration(choice, Now);
                        return 0;
                    });
                });
                break;
            case DtlsEventKind.SignatureRequired:
                Answer(log, SignatureDelay, () =>
                {
                    DtlsSignatureRequest request = log.Connection.PendingSignature
                        ?? throw new InvalidOperationException("A signature was asked for and there is nothing to sign.");
                    byte[] signature = request.Credential.Signer!.Sign(request.Scheme, request.Content.Span);
                    Measure(() =>
                    {
                        log.Connection.CompleteSignature(signature, Now);
                        return 0;
                    });
                });
                break;
            case DtlsEventKind.LookupRequired:
                if (LookUp is { } lookUp && log.Connection.PendingLookup is { } lookup)
                    Answer(log, LookupDelay, () => lookUp(log.Connection, lookup));
                break;
            case DtlsEventKind.Connected:
                var sink = new CollectingSink(this);
                log.Connection.DeliverEarly(Now, ref sink);
                break;
            case DtlsEventKind.Closed:
                log.Failure = log.Connection.Failure;
                log.FinalStatistics = log.Connection.Statistics;
                if (Endpoint is not null)
                    log.Connection.Dispose();
                break;
        }

        return true;
    }

    private void Answer(ConnectionLog log, TimeSpan delay, Action answer)
    {
        if (delay == TimeSpan.Zero)
        {
            answer();
            return;
        }

        _answers.Add((Now + delay, () =>
        {
            if (!log.IsClosed)
                answer();
        }));
    }

    private T Measure<T>(Func<T> call)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        T result = call();
        EngineAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        return result;
    }
}
