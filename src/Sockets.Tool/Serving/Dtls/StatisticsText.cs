namespace Sockets.Tool.Serving;

/// <summary>What a server has counted, in one line of <c>key=value</c> pairs.</summary>
internal static class StatisticsText
{
    public static string Of(in ConnectionManagerStatistics statistics) =>
        $"statistics accepted={statistics.Accepted} resumed={statistics.Resumed} failed-handshakes={statistics.FailedHandshakes} failed={statistics.FailedConnections} idle={statistics.IdleConnections} moved={statistics.Migrations}"
        + $" cookies-sent={statistics.Admission.CookiesSent} cookies-refused={statistics.Admission.CookiesRefused} refused-by-connections={statistics.Admission.RefusedByConnections} refused-by-address={statistics.Admission.RefusedByAddress} refused-by-handshakes={statistics.Admission.RefusedByHandshakes} refused-by-rate={statistics.Admission.RefusedByRate} refused-by-address-rate={statistics.Admission.RefusedByAddressRate}"
        + $" datagrams-received={statistics.DatagramsReceived} bytes-received={statistics.BytesReceived} datagrams-sent={statistics.DatagramsSent} bytes-sent={statistics.BytesSent} retransmissions={statistics.Retransmissions} internal-errors={statistics.InternalErrors}";
}
