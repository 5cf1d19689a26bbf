namespace Sockets.Dtls.Paths;

/// <summary>A path_response or path_drop that waits to be sent to where its challenge came from (RFC 9853 §5.4).</summary>
internal readonly record struct PathAnswer(DtlsPath Path, PathMessage Message);
