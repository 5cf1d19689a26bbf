namespace Sockets.Tests.Polling;

/// <summary>One end of an echo connection, driven by events.</summary>
internal abstract class EchoSide
{
    private readonly SocketPoll _poll;
    private readonly SocketPollMode _mode;
    private SocketEvents _interest;

    protected EchoSide(SocketPoll poll, Socket socket, SocketPollMode mode, SocketEvents interest)
    {
        _poll = poll;
        _mode = mode;
        _interest = interest;
        Socket = socket;
        poll.Add(socket, interest, this, mode);
    }

    public Socket Socket { get; }

    /// <summary>It has seen the end of the other side and has nothing to send.</summary>
    public bool IsDone { get; private set; }

    public void OnEvents(SocketPollEvent found)
    {
        Assert.Same(Socket, found.Socket);
        Assert.True((found.Events & SocketEvents.Error) == 0, found.Failure?.ToString() ?? "Error");
        SocketEvents wanted = Turn();
        if (IsDone)
        {
            Socket.Dispose();
            return;
        }

        // Changed only when it must be, so that the modes show.
        if (wanted == _interest && _mode != SocketPollMode.OneShot)
            return;
        _interest = wanted;
        _poll.Modify(Socket, wanted);
    }

    /// <summary>Does what can be done; returns what to wait for.</summary>
    protected abstract SocketEvents Turn();

    protected void Finish() => IsDone = true;
}
