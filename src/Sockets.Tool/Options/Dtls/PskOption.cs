using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using System.Text;
using Sockets.Dtls;

namespace Sockets.Tool.Options;

/// <summary>--psk KEY:IDENTITY: keys that both ends were given beforehand.</summary>
internal static class PskOption
{
    public static Option<DtlsPreSharedKey[]> Create() => new("--psk")
    {
        Description = "A pre-shared key in hex, 16 bytes or more, and its identity; repeat it for more. A client then accepts no certificate instead. Other users of this machine may see it in the list of processes.",
        HelpName = "KEY:IDENTITY",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = Parse,
    };

    private static DtlsPreSharedKey[] Parse(ArgumentResult result)
    {
        var keys = new List<DtlsPreSharedKey>();
        foreach (Token token in result.Tokens)
        {
            int colon = token.Value.IndexOf(':', StringComparison.Ordinal);
            byte[] key = [];
            try
            {
                key = Convert.FromHexString(token.Value.AsSpan(0, Math.Max(colon, 0)));
                byte[] identity = Encoding.UTF8.GetBytes(token.Value[(colon + 1)..]);
                if (keys.Exists(other => other.Identity.Span.SequenceEqual(identity)))
                {
                    result.AddError($"--psk has the identity '{token.Value[(colon + 1)..]}' twice: one key for each.");
                    return [];
                }

                keys.Add(new DtlsPreSharedKey(identity, key));
            }
            catch (Exception exception) when (exception is FormatException or ArgumentException)
            {
                result.AddError("--psk takes KEY:IDENTITY, the key in hex and of 16 bytes or more (such as 000102030405060708090a0b0c0d0e0f:device-1).");
                return [];
            }
            finally
            {
                CryptographicOperations.ZeroMemory(key);
            }
        }

        return [.. keys];
    }
}
