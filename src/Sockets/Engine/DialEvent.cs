using System;
using System.Net;
using System.Net.Sockets;

namespace Sockets.Engine;

/// <summary>What came from outside: an answer (<see cref="Family"/>), the end of an attempt (<see cref="EndPoint"/>), or neither: the timer.</summary>
internal readonly record struct DialEvent<TConnection>(AddressFamily Family, IPAddress[] Addresses, IPEndPoint? EndPoint, TConnection? Connection, Exception? Error)
{
    public static DialEvent<TConnection> Tick => new(AddressFamily.Unspecified, [], null, default, null);
}
