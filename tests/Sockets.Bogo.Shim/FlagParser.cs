using System;
using System.Collections.Generic;
using System.Globalization;
using Sockets.Dtls;

namespace Sockets.Bogo.Shim;

/// <summary>
/// Reads the runner's command line. A flag that is not known here is something the library lacks; a flag without
/// effect is one that describes BoringSSL's own API, or a thing this library always does.
/// </summary>
internal static class FlagParser
{
    private const string OnInitial = "-on-initial-";
    private const string OnResume = "-on-resume-";
    private const string OnRetry = "-on-retry-";
    private const int Dtls13 = 0xFEFC;

    /// <summary>Parses the flags for the first connection or for those after it.</summary>
    /// <exception cref="UnimplementedException">A flag asks for what the library lacks.</exception>
    public static ShimOptions Parse(ReadOnlySpan<string> args, bool isResumption)
    {
        var options = new ShimOptions();
        var elsewhere = new ShimOptions(); // takes the flags of the connections that are not asked for
        while (!args.IsEmpty)
        {
            string flag = args[0];
            args = args[1..];
            ShimOptions target = options;
            string? prefix = flag.StartsWith(OnInitial, StringComparison.Ordinal) ? OnInitial
                : flag.StartsWith(OnResume, StringComparison.Ordinal) ? OnResume
                : flag.StartsWith(OnRetry, StringComparison.Ordinal) ? OnRetry
                : null;
            if (prefix is not null)
            {
                flag = string.Concat("-", flag.AsSpan(prefix.Length));
                if (prefix != (isResumption ? OnResume : OnInitial))
                    target = elsewhere;
            }

            if (!TryApplySwitch(target, flag))
                ApplyValue(target, flag, ref args);
        }

        return options;
    }

    private static bool TryApplySwitch(ShimOptions options, string flag)
    {
        switch (flag)
        {
            case "-dtls":
            case "-async": // no call of this library blocks
            case "-implicit-handshake": // nor has it a call that only does the handshake
            case "-use-old-client-cert-callback":
            case "-expect-verify-result":
            case "-no-tls1":
            case "-no-tls11":
            case "-no-tls12":
            case "-use-export-context": // an empty context is the same as none (RFC 8446 §7.5)
            case "-expect-no-session-id": // DTLS 1.3 has none (RFC 9147 §5.3)
            case "-renew-ticket": // a server of this library sends new tickets after each handshake
            case "-decline-alpn":
            case "-enable-early-data": // a permission; nothing here has early data to send, which the runner would refuse
            case "-expect-accept-early-data": // BoringSSL's shim looks at it over TLS only
                return true;
            case "-ipv6":
                return options.UseIPv6 = true;
            case "-server":
                return options.IsServer = true;
            case "-verify-peer":
                return options.VerifyPeer = true;
            case "-use-custom-verify-callback":
                options.VerifyFailAlert = AlertDescription.CertificateUnknown;
                return true;
            case "-verify-fail":
                return options.VerifyFail = true;
            case "-require-any-client-certificate":
                return options.RequireClientCertificate = true;
            case "-new-x509-credential":
                options.Credentials.Add(new CredentialOptions());
                return true;
            case "-must-match-issuer":
                return CurrentCredential(options).MustMatchIssuer = true;
            case "-send-alert":
                return options.SendAlert = true;
            case "-shim-writes-first":
                return options.WritesFirst = true;
            case "-key-update-before-read":
                return options.KeyUpdateBeforeRead = true;
            case "-reverify-on-resume":
                return options.VerifyOnResume = true;
            case "-use-ticket-callback" or "-use-ticket-aead-callback":
                return options.CountTicketCalls = true;
            case "-skip-ticket":
                return options.DeclineTickets = true;
            case "-select-empty-alpn":
                return options.SelectInvalidProtocol = true;
            case "-no-server-name-ack":
                return options.WithoutServerNameAck = true;
            case "-expect-ticket-supports-early-data":
                return options.ExpectEarlyDataTicket = true;
            case "-no-ticket":
                return options.WithoutTickets = true;
            case "-expect-session-miss":
                return options.ExpectSessionMiss = true;
            case "-expect-no-session":
                return options.ExpectNoSession = true;
            case "-expect-hrr":
                return options.ExpectRetry = true;
            case "-distrust-plaintext":
                return options.DistrustPlaintext = true;
            case "-reject-alpn":
                options.ApplicationProtocols.Add("a protocol that no client offers");
                return true;
            default:
                return false;
        }
    }

    private static void ApplyValue(ShimOptions options, string flag, ref ReadOnlySpan<string> args)
    {
        switch (flag)
        {
            case "-port":
                options.Port = Number(flag, ref args);
                break;
            case "-shim-id":
                options.ShimId = ulong.Parse(Value(flag, ref args), CultureInfo.InvariantCulture);
                break;
            case "-resume-count":
                options.ResumeCount = Number(flag, ref args);
                break;
            case "-mtu":
                options.DatagramSize = Number(flag, ref args);
                break;
            case "-initial-timeout-duration-ms":
                options.InitialTimeoutMilliseconds = Number(flag, ref args);
                break;
            case "-max-cert-list":
                options.MaxCertificateList = Number(flag, ref args);
                break;
            case "-curves":
                options.Groups.Add((ushort)Number(flag, ref args));
                break;
            case "-cert-file":
                CurrentCredential(options).CertificateFile = Value(flag, ref args);
                break;
            case "-key-file":
                CurrentCredential(options).KeyFile = Value(flag, ref args);
                break;
            case "-signing-prefs":
                CurrentCredential(options).SigningPreferences.Add((ushort)Number(flag, ref args));
                break;
            case "-trust-cert":
                Value(flag, ref args); // the verdict on a certificate is a flag, too
                break;
            case "-expect-early-data-reason":
                if (Value(flag, ref args) != "disabled")
                    throw new UnimplementedException("reasons of early data");
                options.ExpectNoEarlyData = true;
                break;
            case "-host-name":
                options.HostName = Value(flag, ref args);
                break;
            case "-advertise-alpn":
                AddProtocols(options.ApplicationProtocols, flag, Value(flag, ref args));
                break;
            case "-expect-advertised-alpn":
                AddProtocols(options.ExpectOfferedProtocols, flag, Value(flag, ref args));
                break;
            case "-select-alpn":
                options.ApplicationProtocols.Add(Value(flag, ref args));
                break;
            case "-private-key-delay-ms":
                options.PrivateKeyDelayMilliseconds = Number(flag, ref args);
                break;
            case "-export-keying-material":
                options.ExportLength = Number(flag, ref args);
                break;
            case "-export-label":
                options.ExportLabel = Value(flag, ref args);
                break;
            case "-export-context":
                options.ExportContext = Value(flag, ref args);
                break;
            case "-srtp-profiles":
                foreach (string name in Value(flag, ref args).Split(':'))
                    options.SrtpProfiles.Add(SrtpProfile(name));
                break;
            case "-expect-selected-credential":
                options.ExpectSelectedCredential = Number(flag, ref args);
                break;
            case "-expect-server-name":
                options.ExpectServerName = Value(flag, ref args);
                break;
            case "-expect-alpn":
                options.ExpectApplicationProtocol = Value(flag, ref args);
                break;
            case "-min-version":
                Number(flag, ref args); // DTLS 1.3 is the oldest version there is
                break;
            case "-max-version":
                if (Number(flag, ref args) > Dtls13)
                    throw new UnimplementedException("versions before DTLS 1.3");
                break;
            default:
                throw new UnimplementedException(flag);
        }
    }

    /// <summary>The credential that credential flags are about at this point of the command line.</summary>
    private static CredentialOptions CurrentCredential(ShimOptions options) =>
        options.Credentials.Count > 0 ? options.Credentials[^1] : options.DefaultCredential;

    private static void AddProtocols(List<string> protocols, string flag, string list)
    {
        while (list.Length > 0)
        {
            int length = list[0];
            if (length == 0 || length >= list.Length)
                throw new ArgumentException($"{flag}: not a list of length-prefixed names.");
            protocols.Add(list.Substring(1, length));
            list = list[(1 + length)..];
        }
    }

    private static SrtpProtectionProfile SrtpProfile(string name) => name switch
    {
        "SRTP_AES128_CM_SHA1_80" => SrtpProtectionProfile.Aes128CmHmacSha1Tag80,
        "SRTP_AES128_CM_SHA1_32" => SrtpProtectionProfile.Aes128CmHmacSha1Tag32,
        "SRTP_AEAD_AES_128_GCM" => SrtpProtectionProfile.AeadAes128Gcm,
        "SRTP_AEAD_AES_256_GCM" => SrtpProtectionProfile.AeadAes256Gcm,
        _ => throw new UnimplementedException($"SRTP profile {name}"),
    };

    private static string Value(string flag, ref ReadOnlySpan<string> args)
    {
        if (args.IsEmpty)
            throw new ArgumentException($"{flag} needs a value.");
        string value = args[0];
        args = args[1..];
        return value;
    }

    private static int Number(string flag, ref ReadOnlySpan<string> args) =>
        int.TryParse(Value(flag, ref args), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new ArgumentException($"{flag} needs a number.");
}
