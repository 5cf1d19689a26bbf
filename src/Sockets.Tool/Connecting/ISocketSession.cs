using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Connecting;

/// <summary>What <c>connect</c> does once it is connected.</summary>
internal interface ISocketSession
{
    /// <summary>Sends everything to an echoing peer and compares what comes back.</summary>
    Task EchoAsync(Stream source, CancellationToken cancellationToken);

    /// <summary>The same with a file that goes out by sendfile.</summary>
    Task EchoFileAsync(string path, CancellationToken cancellationToken);

    /// <summary>Standard input to the peer, and what it sends to standard output, both as they are.</summary>
    /// <returns>How many bytes came.</returns>
    Task<long> CopyAsync(CancellationToken cancellationToken);
}
