using System;
using System.Net.Sockets;

namespace Sockets.Platform;

/// <summary>
/// What the system does for one socket. It begins with everything there may be; what is refused is tried once, remembered, and
/// done in a simpler way from then on. For any thread: a race costs one more refusal.
/// </summary>
internal sealed class DatagramAbilities
{
    // A larger one may be too large for the path, which older systems say with the error that means "I know no such thing".
    private const int FitsEveryPath = 1200;

    private readonly Func<DatagramFeatures, int>? _refusal;
    private volatile bool _hasSegmented;
    private volatile bool _sendsBatches = OperatingSystem.IsLinux();
    private volatile bool _receivesBatches = OperatingSystem.IsLinux();
    private volatile bool _coalesces;
    private volatile int _maxSegment = OperatingSystem.IsLinux() ? ushort.MaxValue : 0;

    /// <param name="refusal">For tests: the error number that stands for the system's answer to a call that uses a feature; 0 lets it through.</param>
    public DatagramAbilities(Func<DatagramFeatures, int>? refusal = null) => _refusal = refusal;

    /// <summary>The longest datagrams that may be handed over as a run; 0: none.</summary>
    public int MaxSegment => _maxSegment;

    public bool SendsBatches => _sendsBatches;

    public bool ReceivesBatches => _receivesBatches;

    /// <summary>Whether what is received may be several datagrams in one piece.</summary>
    public bool Coalesces => _coalesces;

    /// <summary>Has the system hand over what it received in one piece. Whoever receives from the socket must cut it.</summary>
    public void EnableCoalescing(SystemSocket socket)
    {
        if (!OperatingSystem.IsLinux() || _coalesces || SimulatedRefusal(DatagramFeatures.Coalescing) != 0)
            return;
        try
        {
            LinuxOption.Set(socket, SystemCalls.LevelUdp, SystemCalls.UdpCoalesce, 1);
            _coalesces = true;
        }
        catch (SocketException)
        {
            // Older than the option: every datagram comes by itself.
        }
    }

    /// <summary>The error that a test has the call end with; 0: none.</summary>
    public int SimulatedRefusal(DatagramFeatures features)
    {
        if (_refusal is null)
            return 0;
        foreach (DatagramFeatures feature in (ReadOnlySpan<DatagramFeatures>)[DatagramFeatures.SendBatches, DatagramFeatures.ReceiveBatches, DatagramFeatures.Segmentation, DatagramFeatures.Coalescing])
        {
            if ((features & feature) != 0 && _refusal(feature) is var error && error != 0)
                return error;
        }

        return 0;
    }

    public void NoteSegmented() => _hasSegmented = true;

    /// <summary>A call with a run in it failed. True: from now on runs are made in another way, or not at all, and it is worth another try.</summary>
    /// <param name="error">The error number.</param>
    /// <param name="segmentSize">The size of the run's datagrams.</param>
    public bool TryDoWithoutRun(int error, int segmentSize)
    {
        switch (error)
        {
            case Errno.MessageSize:
            case Errno.Invalid when _hasSegmented || segmentSize > FitsEveryPath:
                // Too large for the path as it is; alone it may be sent in fragments.
                _maxSegment = Math.Min(_maxSegment, segmentSize - 1);
                return true;
            case Errno.Invalid or Errno.InputOutput or Errno.NotSupported or Errno.NoProtocolOption:
                _maxSegment = 0;
                return true;
            default:
                return false;
        }
    }

    /// <summary>A call with several messages failed. True: only without such calls it is worth another try.</summary>
    public bool TrySendSingly(int error)
    {
        if (error != Errno.NotImplemented || !_sendsBatches)
            return false;
        _sendsBatches = false;
        return true;
    }

    /// <inheritdoc cref="TrySendSingly"/>
    public bool TryReceiveSingly(int error)
    {
        if (error != Errno.NotImplemented || !_receivesBatches)
            return false;
        _receivesBatches = false;
        return true;
    }
}
