using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using Sockets.Dtls;

namespace Sockets.Tool.Options;

/// <summary>--cert-compression: algorithms that certificates may travel in (RFC 8879).</summary>
internal static class CompressionOption
{
    private const string Brotli = "brotli";
    private const string Zlib = "zlib";

    public static Option<string[]> Create() => new Option<string[]>("--cert-compression")
    {
        Description = $"An algorithm that certificates may travel in (RFC 8879); repeat it for more, the preferred one first: {Brotli}, {Zlib}.",
        HelpName = "NAME",
    }.AcceptOnlyFromAmong(Brotli, Zlib);

    public static IReadOnlyList<DtlsCertificateCompressor> Read(ParseResult result, Option<string[]> option) =>
        [.. (result.GetValue(option) ?? []).Distinct().Select(static name => name == Brotli ? DtlsCertificateCompressors.Brotli : DtlsCertificateCompressors.Zlib)];
}
