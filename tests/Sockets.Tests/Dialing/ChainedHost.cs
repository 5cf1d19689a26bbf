using System.Net;
using System.Net.Sockets;
using Sockets.Engine;

namespace Sockets.Tests.Dialing;

/// <summary>The second attempt lets the first one succeed, and succeeds at once itself.</summary>
internal sealed class ChainedHost : IDialerHost<FakeConnection>
{
    private readonly TaskCompletionSource _second = new();

    public List<FakeConnection> Made { get; } = [];

    public ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IPAddress[]>([family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback]);

    public async ValueTask<FakeConnection> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            await _second.Task.ConfigureAwait(false);
        else
            _second.SetResult();
        var connection = new FakeConnection(endPoint);
        Made.Add(connection);
        return connection;
    }
}
