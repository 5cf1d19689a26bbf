using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation.Attack;

/// <summary>
/// A client that wants so many of its messages back. It connects, and connects anew where somebody has spoiled a handshake that
/// was still in clear; writes now and then; and may restart, move or be moved by its NAT in between.
/// </summary>
internal sealed class HonestClient(AttackWorld world, int number, SeededRandom random)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>What was provoked is over by then.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(2);

    private readonly NetemOptions _link = AttackWorld.Link(random);
    private MonotonicTime _began;
    private MonotonicTime _interferenceEnds;
    private bool _isInterferedWith;
    private bool _wasEstablished;
    private ConnectionLog? _peer;
    private int _read;

    public int Number { get; } = number;

    public DtlsNode Node { get; private set; } = null!;

    public ConnectionLog Log => Node.Log;

    /// <summary>Messages that have come back.</summary>
    public int Returned { get; private set; }

    /// <summary>Addresses others see it at.</summary>
    public List<DtlsAddress> Addresses { get; } = [EndpointRig.ClientAddress(number)];

    /// <summary>Whether both sides are done with the handshake; from there on nobody without keys can do harm.</summary>
    public bool IsEstablished
    {
        get
        {
            if (_peer is null && Log is { IsConnected: true, IsClosed: false })
                _peer = world.PeerOf(Log);
            return _peer is { IsClosed: false };
        }
    }

    public void Connect()
    {
        // What was not protected of a handshake that was broken off may still be on its way, and spoil the next; parts of a
        // ClientHello that never became whole may lie with the server for long.
        ulong seed = random.NextUInt64();
        _isInterferedWith = (Node is not null && !_wasEstablished) || world.Network.Clock.Now < _interferenceEnds
            || (AttackWorld.HasLargeHello(seed) && (Node is not null || _interferenceEnds != default));
        _wasEstablished = false;
        _peer = null;
        _began = world.Network.Clock.Now;
        _read = 0;
        Node = world.Network.AddNode(EndpointRig.ClientAddress(Number), _link);
        Node.Connect(world.ClientConfig(seed), EndpointRig.ServerAddress);
    }

    /// <summary>Somebody has forged or repeated what is not protected.</summary>
    public void NoteInterference()
    {
        _interferenceEnds = world.Network.Clock.Now + Aftermath;
        _isInterferedWith |= !_wasEstablished;
    }

    /// <summary>Writes, if it can.</summary>
    public void Write()
    {
        if (Log.IsConnected && !Log.IsClosed)
            Node.Write(Log.Connection, world.Ledger.Write(random.Between(8, 300)));
    }

    public void RequestKeyUpdate()
    {
        if (Log.IsConnected && !Log.IsClosed)
            Node.RequestKeyUpdate(Log.Connection, random.Chance(50));
    }

    /// <summary>It goes to another port.</summary>
    public void Move()
    {
        DtlsAddress address = DtlsNetwork.Address(1000 + Number, 41_000 + Addresses.Count);
        if (!Log.IsConnected || Log.IsClosed || Addresses.Count > 4 || world.IsBehindNat(this))
            return;
        Addresses.Add(address);
        Node.Migrate(Log.Connection, address);
    }

    /// <summary>Its NAT shows it at another address.</summary>
    public void Rebind()
    {
        // Without the check, or in a handshake, that is the end of the connection for good.
        if (!IsEstablished || !Log.Connection.ChecksPaths || Addresses.Count > 4 || Log.Connection.Path.Local != EndpointRig.ClientAddress(Number))
            return;
        DtlsAddress outside = DtlsNetwork.Address(2000 + (10 * Number) + Addresses.Count, 42_000);
        Addresses.Add(outside);
        world.Rebind(this, outside);
    }

    /// <summary>After each step: takes what has come back, and begins anew where it has to.</summary>
    public void Step()
    {
        for (; _read < Log.Received.Count; _read++)
        {
            world.Ledger.OnReturned(Log.Received[_read]);
            Returned++;
        }

        _wasEstablished |= IsEstablished;
        if (Log.Failure is { } failure && (_wasEstablished || !_isInterferedWith))
            throw new SimulationFailure($"client {Number} failed {(_wasEstablished ? "after" : "in")} a handshake that nobody could touch: {failure}");
        bool isStuck = !_wasEstablished && world.Network.Clock.Now - _began > Patience;
        if (isStuck && !_isInterferedWith && world.Network.Clock.Now - _began > 10 * Patience)
            throw new SimulationFailure($"client {Number} does not get in: {Log.Connection.State}");
        if (Log.IsClosed || (isStuck && _isInterferedWith))
            Connect();
    }
}
