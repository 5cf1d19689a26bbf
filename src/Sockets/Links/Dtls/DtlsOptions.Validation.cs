using System;
using Sockets.Dtls;

namespace Sockets;

/// <content>Wrong values by the names that they were set under.</content>
public abstract partial class DtlsOptions
{
    /// <summary>An exception about a setting, told as one about the same setting of another type.</summary>
    /// <param name="exception">Its message begins with <paramref name="from"/>.</param>
    /// <param name="from">The setting there.</param>
    /// <param name="to">The setting here.</param>
    /// <param name="setting">Its name alone.</param>
    internal static ArgumentException Rename(ArgumentException exception, string from, string to, string? setting)
    {
        string message = exception.Message;
        int end = message.LastIndexOf($" (Parameter '{exception.ParamName}')", StringComparison.Ordinal); // added by the platform, and here again
        return new ArgumentException(string.Concat(to, message.AsSpan(from.Length, (end < 0 ? message.Length : end) - from.Length)), setting, exception);
    }

    /// <summary>Checks what the engine is told; what was set here is told by its name here.</summary>
    /// <param name="config">What it is told.</param>
    /// <param name="own">What these options alone say, without <see cref="ConfigureEngine"/>, which has settings of its own.</param>
    private void Validate(DtlsConfig config, DtlsConfig own)
    {
        try
        {
            config.Validate();
        }
        catch (ArgumentException exception) when (exception.ParamName is { } setting && OptionOf(setting) is { } option && exception.Message.StartsWith($"DtlsConfig.{setting}", StringComparison.Ordinal))
        {
            if (!ReferenceEquals(config, own) && FindFault(own) != setting)
                throw;
            string type = Role == DtlsRole.Client ? nameof(DtlsClientOptions) : nameof(DtlsServerOptions);
            throw Rename(exception, $"DtlsConfig.{setting}", $"{type}.{option}", option);
        }
    }

    private static string? FindFault(DtlsConfig config)
    {
        try
        {
            config.Validate();
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.ParamName;
        }
    }

    /// <summary>The option that a setting of the engine comes from; null: none.</summary>
    private static string? OptionOf(string setting) => setting switch
    {
        nameof(DtlsConfig.ServerName) => nameof(DtlsClientOptions.TargetHost),
        nameof(DtlsConfig.TicketProtector) => nameof(DtlsServerOptions.Tickets),
        nameof(CipherSuites) or nameof(Groups) or nameof(ApplicationProtocols) or nameof(PeerCertificateTypes) or nameof(CertificateCompressors)
            or nameof(PreSharedKeys) or nameof(MaxDatagramSize) or nameof(MaxProbedDatagramSize) or nameof(SrtpProfiles) or nameof(RecordSizeLimit)
            or nameof(HandshakeTimeout) or nameof(LivenessInterval) or nameof(ConnectionIdLength)
            or nameof(DtlsServerOptions.CertificateAuthorities) or nameof(DtlsServerOptions.TicketCount) or nameof(DtlsServerOptions.TicketLifetime)
            or nameof(DtlsServerOptions.MaxEarlyDataSize) or nameof(DtlsServerOptions.EarlyDataRecord) or nameof(DtlsServerOptions.EarlyDataWindow) => setting,
        _ => null,
    };
}
