using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Dialing;

/// <summary>One answer a family, whatever the name; null never comes, not even by cancellation.</summary>
internal sealed class TableResolver(IPAddress[]? ipv6, IPAddress[]? ipv4) : SocketNameResolver
{
    public override ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken = default)
    {
        IPAddress[]? answer = family == AddressFamily.InterNetworkV6 ? ipv6 : ipv4;
        return answer is null ? new ValueTask<IPAddress[]>(new TaskCompletionSource<IPAddress[]>().Task) : ValueTask.FromResult(answer);
    }
}
