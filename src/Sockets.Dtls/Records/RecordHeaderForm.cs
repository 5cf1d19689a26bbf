namespace Sockets.Dtls.Records;

/// <summary>Form of the unified header on sending (RFC 9147 §4, figure 3). Every form is understood on receipt.</summary>
public enum RecordHeaderForm : byte
{
    /// <summary>16-bit sequence number and length: 5 bytes.</summary>
    Full,

    /// <summary>16-bit sequence number, no length: 3 bytes, one application record a datagram.</summary>
    WithoutLength,
}
