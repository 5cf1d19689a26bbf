namespace Sockets.LoadBench;

/// <summary>What of the contender's datagrams arrived, and was checked.</summary>
/// <param name="Sent">Datagrams that were handed to the system.</param>
/// <param name="Delivered">Those whose content was checked at the receiver.</param>
internal sealed record Delivery(long Sent, long Delivered)
{
    /// <summary>The part that did not arrive, from 0 to 1.</summary>
    public double Loss => Sent == 0 ? 0 : 1 - ((double)Delivered / Sent);
}
