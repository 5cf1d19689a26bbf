using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>Records that come over another path than the connection's, known by their connection ID.</content>
public sealed partial class DtlsConnection
{
    /// <summary>
    /// Whether the newest record of the peer came over another path: it may have moved, and its old address may be somebody
    /// else's by now.
    /// </summary>
    internal bool IsHeardElsewhere { get; private set; }

    /// <summary>
    /// A record is authentic, newer than all before, and came over another path. That alone says little about the path, since
    /// anybody can pass on a record: the address we send to does not change (RFC 9147 §9).
    /// </summary>
    private void OnRecordFromOtherPath(in DtlsPath path, RecordNumber number) => IsHeardElsewhere = true;
}
