using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Dialing;

/// <summary>
/// What a look-up or an attempt does: after <paramref name="Delay"/> (null: never) it gives <paramref name="Addresses"/> or a connection,
/// or fails. A deaf one does not hear of cancellation.
/// </summary>
internal sealed record Scripted(TimeSpan? Delay, Exception? Error = null, bool Deaf = false, params IPAddress[] Addresses)
{
    public static Scripted Hangs { get; } = new((TimeSpan?)null);

    public static Scripted HangsDeaf { get; } = new(null, Deaf: true);

    public static Scripted Answers(int milliseconds, params string[] addresses) =>
        new(TimeSpan.FromMilliseconds(milliseconds), Addresses: [.. addresses.Select(IPAddress.Parse)]);

    public static Scripted Succeeds(int milliseconds) => new(TimeSpan.FromMilliseconds(milliseconds));

    public static Scripted SucceedsDeaf(int milliseconds) => new(TimeSpan.FromMilliseconds(milliseconds), Deaf: true);

    public static Scripted Fails(int milliseconds, SocketError error = SocketError.ConnectionRefused) =>
        new(TimeSpan.FromMilliseconds(milliseconds), new SocketException((int)error));

    public static Scripted Throws(int milliseconds, Exception exception) => new(TimeSpan.FromMilliseconds(milliseconds), exception);
}
