using System;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <content>Lookups of a server that take time, answered by the application's callbacks. What fails is what is not there.</content>
internal sealed partial class DatagramDriver
{
    private readonly ServerLookups? _lookups;

    private async Task LookUpAsync(DtlsChannel channel, DtlsLookup lookup)
    {
        ServerLookups? lookups = channel.Selection?.Lookups ?? _lookups;
        CancellationToken lifetime = channel.Lifetime;
        switch (lookup.Kind)
        {
            case DtlsLookupKinds.PreSharedKey:
                DtlsPreSharedKey? key = await AskAsync(lookups?.FindPreSharedKey, lookup.Identity, lifetime).ConfigureAwait(false);
                AnswerLookup(channel, (lookup, key), static (connection, answer, now) => connection.CompletePreSharedKeyLookup(answer.lookup, answer.key, now));
                break;
            case DtlsLookupKinds.OpenTicket:
                byte[]? state = await AskAsync(lookups?.OpenTicket, lookup.Identity, lifetime).ConfigureAwait(false);
                AnswerLookup(channel, (lookup, state), static (connection, answer, now) => connection.CompleteTicketLookup(answer.lookup, answer.state, now));
                CryptographicOperations.ZeroMemory(state);
                break;
            default:
                bool isFirst = await AskAsync(lookup.Kind == DtlsLookupKinds.UseTicket ? lookups?.UseTicket : lookups?.RecordEarlyData, lookup, lifetime).ConfigureAwait(false);
                AnswerLookup(channel, (lookup, isFirst), static (connection, answer, now) => connection.CompleteUseLookup(answer.lookup, answer.isFirst, now));
                break;
        }
    }

    private static async ValueTask<TAnswer?> AskAsync<TQuestion, TAnswer>(
        Func<TQuestion, CancellationToken, ValueTask<TAnswer>>? ask, TQuestion question, CancellationToken lifetime)
    {
        try
        {
            return ask is null ? default : await ask(question, lifetime).ConfigureAwait(false);
        }
        catch (Exception)
        {
            return default;
        }
    }

    private void AnswerLookup<TAnswer>(DtlsChannel channel, TAnswer answer, Action<DtlsConnection, TAnswer, MonotonicTime> complete)
    {
        lock (_gate)
        {
            if (!_stopped && !channel.IsOver)
                Answer(channel, answer, complete);
        }

        RunOutside();
    }
}
