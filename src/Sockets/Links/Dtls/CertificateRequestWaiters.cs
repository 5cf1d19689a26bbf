using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>Who waits for a client's certificate. Any thread may ask; the rest happens under the driver's gate.</summary>
internal sealed class CertificateRequestWaiters
{
    private readonly Queue<TaskCompletionSource<DtlsClientAuthenticationResult>> _asking = new();
    private readonly Dictionary<int, TaskCompletionSource<DtlsClientAuthenticationResult>> _asked = [];

    /// <summary>One more.</summary>
    public Task<DtlsClientAuthenticationResult> Add()
    {
        var waiter = new TaskCompletionSource<DtlsClientAuthenticationResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_asked)
            _asking.Enqueue(waiter);
        return waiter.Task;
    }

    /// <summary>Asks for everybody who has not been asked for.</summary>
    public void Begin(DtlsChannel channel, MonotonicTime now)
    {
        lock (_asked)
        {
            while (_asking.TryDequeue(out TaskCompletionSource<DtlsClientAuthenticationResult>? waiter))
            {
                if (channel.Connection.RequestClientCertificate(now, out int id))
                    _asked.Add(id, waiter);
                else
                    waiter.SetException(new InvalidOperationException(channel.Connection.CanRequestClientCertificate
                        ? "Too many requests for a certificate are under way."
                        : "This peer has not offered to be asked for a certificate after the handshake."));
            }
        }
    }

    /// <summary>One has its answer.</summary>
    public void Complete(DtlsClientAuthenticationResult result)
    {
        lock (_asked)
        {
            if (_asked.Remove(result.RequestId, out TaskCompletionSource<DtlsClientAuthenticationResult>? waiter))
                waiter.SetResult(result);
        }
    }

    /// <summary>The connection is over: nobody gets an answer any more.</summary>
    public void End(DtlsException failure)
    {
        lock (_asked)
        {
            foreach (TaskCompletionSource<DtlsClientAuthenticationResult> waiter in _asked.Values)
                waiter.SetException(failure);
            while (_asking.TryDequeue(out TaskCompletionSource<DtlsClientAuthenticationResult>? waiter))
                waiter.SetException(failure);
            _asked.Clear();
        }
    }
}
