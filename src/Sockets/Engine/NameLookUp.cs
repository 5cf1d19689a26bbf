using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>One question to the operating system, and everybody who waits for its answer. Its fields belong to the resolver's lock.</summary>
internal sealed class NameLookUp
{
    private readonly TaskCompletionSource<IPAddress[]> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public NameLookUp(string host, AddressFamily family)
    {
        Host = host;
        Family = family;
        Place = new LinkedListNode<NameLookUp>(this);
    }

    public string Host { get; }

    public AddressFamily Family { get; }

    /// <summary>Its place among those that wait for a thread; in no list once it has one.</summary>
    public LinkedListNode<NameLookUp> Place { get; }

    public int Waiters { get; set; }

    public Task<IPAddress[]> Answer => _answer.Task;

    public void Complete(IPAddress[]? addresses, Exception? error)
    {
        if (error is null)
        {
            _answer.SetResult(addresses ?? []);
            return;
        }

        _answer.SetException(error);
        // Everybody may have left: then this is the one who has seen it.
        _ = _answer.Task.Exception;
    }
}
