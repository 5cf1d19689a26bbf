using System;
using System.Security.Authentication;

namespace Sockets;

/// <content>What TLS throws.</content>
public static partial class FailureCodes
{
    static partial void ReadTls(Exception exception, ref FailureCode code)
    {
        if (exception is AuthenticationException)
            code = FailureCode.HandshakeFailed;
    }
}
