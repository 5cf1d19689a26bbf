using System.Threading;

namespace Sockets.Links.Tls;

/// <summary>
/// While it is held, the thread has no synchronization context: with one, continuations of tasks would not run inline but
/// hop to the thread pool. (A task scheduler in force, or a deep stack, can still make them hop.)
/// </summary>
internal readonly ref struct InlineContinuations
{
    private readonly SynchronizationContext? _context;

    private InlineContinuations(SynchronizationContext? context) => _context = context;

    public static InlineContinuations Enter()
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        if (context is not null)
            SynchronizationContext.SetSynchronizationContext(null);
        return new InlineContinuations(context);
    }

    public void Dispose()
    {
        if (_context is not null)
            SynchronizationContext.SetSynchronizationContext(_context);
    }
}
