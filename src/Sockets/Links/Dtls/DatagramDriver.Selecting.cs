using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <content>Options that the application chooses for each client by its ClientHello.</content>
internal sealed partial class DatagramDriver
{
    // Options are read once, when they are chosen for the first time.
    private readonly ConditionalWeakTable<DtlsServerOptions, DtlsServerSelection> _selections = [];

    private readonly Func<DtlsClientHelloInfo, CancellationToken, ValueTask<DtlsServerOptions?>>? _selectOptions;

    private DtlsServerSelection? SelectionOf(DtlsServerOptions? options) =>
        options is null ? null : _selections.GetValue(options, chosen => new DtlsServerSelection(chosen, _serverConfig!, _timeProvider));

    /// <summary>As the application chooses, whose thread waits for it here.</summary>
    private DtlsServerSelection? Select(DtlsClientHelloInfo hello)
    {
        // Whatever the caller's thread serves, the callback cannot need it to go on.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            ValueTask<DtlsServerOptions?> choice = _selectOptions!(hello, CancellationToken.None);
            return SelectionOf(choice.IsCompleted ? choice.Result : choice.AsTask().GetAwaiter().GetResult());
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private async Task SelectAsync(DtlsChannel channel, DtlsClientHelloInfo hello)
    {
        DtlsServerSelection? selection = null;
        try
        {
            DtlsServerOptions? options = await _selectOptions!(hello, channel.Lifetime).ConfigureAwait(false);
            selection = SelectionOf(options);
        }
        catch (Exception exception)
        {
            channel.Faults.Selection = exception;
        }

        lock (_gate)
        {
            if (_stopped || channel.IsOver)
                return;
            channel.Selection = selection;
            Answer(channel, selection, (connection, selection, now) =>
            {
                if (selection is not null)
                    connection.CompleteConfiguration(selection.Config, now);
                else
                    connection.RefuseClientHello(channel.KnownFaults?.Selection is null ? AlertDescription.UnrecognizedName : AlertDescription.InternalError, now);
            });
        }
    }
}
