namespace Sockets.Architecture.Tests.Conformance;

/// <summary>How many requirements the standards have, and those among them that no test of ours can show.</summary>
internal static class Requirements
{
    private const string Dtls = "RFC 9147";
    private const string Check = "RFC 9853";

    /// <summary>The requirements of each section, counted in the text: a row that gets lost is missed here.</summary>
    public static IReadOnlyList<(string Document, string Section, int Count)> Counted { get; } =
    [
        (Dtls, "4", 7),
        (Dtls, "4.1", 4),
        (Dtls, "4.2.1", 4),
        (Dtls, "4.2.3", 3),
        (Dtls, "4.3", 3),
        (Dtls, "4.4", 2),
        (Dtls, "4.5.1", 3),
        (Dtls, "4.5.2", 1),
        (Dtls, "4.5.3", 5),
        (Dtls, "5", 2),
        (Dtls, "5.1", 6),
        (Dtls, "5.2", 3),
        (Dtls, "5.3", 4),
        (Dtls, "5.5", 5),
        (Dtls, "5.8.1", 2),
        (Dtls, "5.8.4", 3),
        (Dtls, "5.9", 1),
        (Dtls, "5.10", 1),
        (Dtls, "5.11", 2),
        (Dtls, "6.1", 1),
        (Dtls, "7", 4),
        (Dtls, "7.1", 4),
        (Dtls, "7.2", 3),
        (Dtls, "8", 7),
        (Dtls, "9", 8),
        (Dtls, "9.1", 1),
        (Dtls, "11", 3),
        (Check, "3", 3),
        (Check, "4", 3),
        (Check, "5", 1),
        (Check, "5.2", 5),
        (Check, "5.3", 1),
        (Check, "5.4", 4),
    ];

    /// <summary>What speaks to others, or of what this library does not have.</summary>
    public static IReadOnlyList<ConformanceRow> WithoutTest { get; } =
    [
        ConformanceRow.Without(Dtls, "4", "Records of several associations are not mixed in one datagram.",
            "PollTransmit writes one datagram of one connection; no code joins two."),
        ConformanceRow.Without(Dtls, "4.2.3", "Cipher suites to come define their own record number encryption.", "Speaks to the authors of cipher suites."),
        ConformanceRow.Without(Dtls, "4.5.2", "Alerts about invalid records, if there are any, are fatal.", "Invalid records are dropped without an alert, as recommended."),
        ConformanceRow.Without(Dtls, "4.5.3", "AES-128-CCM-8 is not used without further safeguards.", "The suite is not implemented."),
        ConformanceRow.Without(Dtls, "4.5.3", "AES-128-CCM-8 has usage limits of its own.", "The suite is not implemented."),
        ConformanceRow.Without(Dtls, "5.2", "A client of both versions is prepared for a server of DTLS 1.2.", "This library speaks DTLS 1.3 only."),
    ];
}
