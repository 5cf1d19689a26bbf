using System.Net;
using System.Reflection;
using Sockets.Links;
using Sockets.Pooling;

namespace Sockets.Tests.Pooling;

/// <summary>Two connections may stand for each other only when everything that was asked of them is the same.</summary>
public sealed class PoolKeyTests
{
    /// <summary>How a connection comes about, not what it is.</summary>
    private static readonly string[] Irrelevant =
    [
        nameof(SocketClientOptions.ConnectTimeout),
        nameof(SocketClientOptions.ConnectionAttemptDelay),
        nameof(SocketOptions.TimeProvider),
        nameof(SocketOptions.Logger),
    ];

    [Fact]
    public void EveryOptionIsInTheKeyOrListedAsIrrelevant()
    {
        PoolKey reference = PoolKey.Create(SocketTarget.Create("a.example", 1), new SocketClientOptions().UsePlaintext());
        Assert.Equal(reference, PoolKey.Create(SocketTarget.Create("A.Example", 1), new SocketClientOptions().UsePlaintext()));
        int compared = 0;
        foreach (PropertyInfo property in typeof(SocketClientOptions).GetProperties())
        {
            if (Irrelevant.Contains(property.Name))
                continue;
            SocketClientOptions changed = new SocketClientOptions().UsePlaintext();
            Change(changed, property);
            PoolKey key = PoolKey.Create(SocketTarget.Create("a.example", 1), changed);
            Assert.True(key != reference, $"{property.Name} does not matter to the pool's key.");
            compared++;
        }

        Assert.True(compared >= 5);
    }

    [Fact]
    public void SettingsAreComparedByValueAndDoNotChangeUnderAKey()
    {
        SocketClientOptions a = new SocketClientOptions { Settings = { { SocketSettings.KeepAlive, true }, { SocketSettings.NoDelay, false } } }.UsePlaintext();
        SocketClientOptions b = new SocketClientOptions { Settings = { { SocketSettings.NoDelay, false }, { SocketSettings.KeepAlive, true } } }.UsePlaintext();
        PoolKey key = PoolKey.Create(SocketTarget.Create("a.example", 1), a);
        Assert.Equal(key, PoolKey.Create(SocketTarget.Create("a.example", 1), b));
        Assert.Equal(key.GetHashCode(), PoolKey.Create(SocketTarget.Create("a.example", 1), b).GetHashCode());

        b.Settings.Add(SocketSettings.NoDelay, true);
        Assert.NotEqual(key, PoolKey.Create(SocketTarget.Create("a.example", 1), b));
        a.Settings.Add(SocketSettings.NoDelay, true);
        Assert.NotEqual(key, PoolKey.Create(SocketTarget.Create("a.example", 1), a));
    }

    [Fact]
    public void TheTargetIsInTheKey()
    {
        SocketClientOptions options = new SocketClientOptions().UsePlaintext();
        PoolKey reference = PoolKey.Create(SocketTarget.Create("a.example", 1), options);
        Assert.NotEqual(reference, PoolKey.Create(SocketTarget.Create("b.example", 1), options));
        Assert.NotEqual(reference, PoolKey.Create(SocketTarget.Create("a.example", 2), options));
        Assert.NotEqual(
            PoolKey.Create(SocketTarget.Create(new IPEndPoint(IPAddress.Loopback, 1)), options),
            PoolKey.Create(SocketTarget.Create(new IPEndPoint(IPAddress.IPv6Loopback, 1)), options));
    }

    private static void Change(SocketClientOptions options, PropertyInfo property)
    {
        object? value = property.Name switch
        {
            nameof(SocketClientOptions.LocalEndPoint) => new IPEndPoint(IPAddress.Loopback, 0),
            nameof(SocketOptions.Transport) => SocketTransport.Datagram,
            nameof(SocketOptions.DrivenByPoll) => true,
            nameof(SocketOptions.Settings) => new SocketSettingList { { SocketSettings.KeepAlive, true } },
            nameof(SocketClientOptions.PreferredFamily) => global::System.Net.Sockets.AddressFamily.InterNetwork,
            nameof(SocketClientOptions.NameResolver) => new NoResolver(),
            _ => throw new InvalidOperationException($"The new option {property.Name} must be in the pool's key, or be listed as irrelevant, and be changed here."),
        };
        property.SetValue(options, value);
    }

    private sealed class NoResolver : SocketNameResolver
    {
        public override ValueTask<IPAddress[]> ResolveAsync(string host, global::System.Net.Sockets.AddressFamily family, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
