using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tool.Options;

/// <summary>What clients and servers of DTLS choose alike.</summary>
/// <param name="protocols">--alpn, which other modes understand too.</param>
internal sealed class DtlsChoices(Option<string[]> protocols)
{
    private const int LargestDatagram = 65_507;

    private readonly Option<CipherSuite[]> _suites = NameTable.SuiteOption();
    private readonly Option<NamedGroup[]> _groups = NameTable.GroupOption();
    private readonly Option<int> _datagramSize = DatagramSizeOption.Create();
    private readonly Option<int> _probedSize = NumberOption.Create("--probe-mtu", "BYTES", "bytes", LargestDatagram, "Search for a larger datagram than --mtu that the path carries, up to so many bytes (RFC 8899): 1472 on Ethernet; 0 for none.");
    private readonly Option<int> _recordSize = RecordSizeOption.Create();
    private readonly Option<DtlsPadding> _padding = PaddingOption.Create();
    private readonly Option<string[]> _compression = CompressionOption.Create();
    private readonly Option<SrtpProtectionProfile[]> _srtp = NameTable.SrtpOption();
    private readonly Option<bool> _pskWithoutExchange = new("--psk-ke") { Description = "With --psk, allow it without a key exchange (psk_ke): whoever learns the key later can read what was recorded." };
    private readonly Option<bool> _postHandshake = new("--post-handshake-auth") { Description = "Certificates of clients after the handshake: a client lets itself be asked; a server asks each one that does (RFC 8446 §4.6.2)." };
    private readonly Option<double?> _liveness = SecondsOption.CreateOptional("--liveness", "Ask a peer that has been silent for so long whether it is there, and end the connection if it does not answer.");
    private readonly Option<string?> _keyLog = KeyLogOption.Create();

    /// <summary>Keys that both ends were given beforehand.</summary>
    public Option<DtlsPreSharedKey[]> PreSharedKeys { get; } = PskOption.Create();

    /// <summary>Keying material to print.</summary>
    public Option<ExporterRequest?> Export { get; } = ExporterRequest.CreateOption();

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All =>
        [_suites, _groups, protocols, _datagramSize, _probedSize, _recordSize, _padding, _compression, _srtp, PreSharedKeys, _pskWithoutExchange, _postHandshake, _liveness, Export, _keyLog];

    public bool AsksAfterHandshake(ParseResult result) => result.GetValue(_postHandshake);

    public bool Probes(ParseResult result) => result.GetValue(_probedSize) > 0;

    /// <param name="result">What was given.</param>
    /// <param name="options">Take it.</param>
    /// <param name="log">The key log, when it is open already.</param>
    /// <returns>The open key log, for the caller to dispose after the last connection; null without.</returns>
    public StreamWriter? Apply(ParseResult result, DtlsOptions options, StreamWriter? log = null)
    {
        options.CipherSuites = NameTable.NullIfEmpty(result.GetValue(_suites));
        options.Groups = NameTable.NullIfEmpty(result.GetValue(_groups));
        options.ApplicationProtocols = [.. AlpnOption.Read(result, protocols).Select(static name => new DtlsApplicationProtocol(name))];
        options.MaxDatagramSize = result.GetValue(_datagramSize);
        options.MaxProbedDatagramSize = result.GetValue(_probedSize);
        if (Probes(result) && options.MaxProbedDatagramSize <= options.MaxDatagramSize)
            throw new ToolException($"--probe-mtu must be larger than --mtu, which is {options.MaxDatagramSize}: it is how far to search.");
        options.RecordSizeLimit = result.GetValue(_recordSize);
        options.Padding = result.GetValue(_padding);
        options.CertificateCompressors = CompressionOption.Read(result, _compression);
        options.SrtpProfiles = result.GetValue(_srtp) ?? [];
        options.PostHandshakeAuthentication = result.GetValue(_postHandshake);
        options.LivenessInterval = result.GetValue(_liveness) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        options.PreSharedKeys = result.GetValue(PreSharedKeys) ?? [];
        bool allowsNoExchange = result.GetValue(_pskWithoutExchange);
        if (allowsNoExchange && options.PreSharedKeys.Count == 0)
            throw new ToolException("--psk-ke needs --psk KEY:IDENTITY.");
        log ??= KeyLogOption.Open(result.GetValue(_keyLog));
        options.ConfigureEngine = config => config with { AllowPskWithoutExchange = allowsNoExchange, DangerousKeyLog = KeyLogOption.WriteTo(log) };
        return log;
    }
}
