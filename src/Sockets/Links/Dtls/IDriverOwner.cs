namespace Sockets.Links.Dtls;

/// <summary>Who a polled <see cref="DatagramDriver"/> belongs to: the client's link, or the server's acceptor.</summary>
internal interface IDriverOwner
{
    /// <summary>
    /// The driver wants to be pumped, or pumped earlier than it said, for a cause outside the pump. Called under the driver's
    /// gate from any thread; must not block.
    /// </summary>
    void OnDriverChanged();
}
