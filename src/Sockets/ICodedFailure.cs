namespace Sockets;

/// <summary>An exception that knows its code.</summary>
internal interface ICodedFailure
{
    FailureCode Code { get; }
}
