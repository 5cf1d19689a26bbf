using System;
using System.Threading;

namespace Sockets.Links.Tls;

/// <summary>
/// Looks now and then whether certificate files have changed, by their times: that works on every file system, and a
/// certificate and its key that are written one after the other are simply looked at again. It does not keep its context
/// alive.
/// </summary>
internal sealed class TlsCertificateWatch : IDisposable
{
    private readonly WeakReference<TlsServerContext> _context;
    private readonly Action<Exception>? _failed;
    private readonly ITimer _timer;
    private string? _version;
    private int _isLooking;

    public TlsCertificateWatch(TlsServerContext context, TimeSpan interval, TimeProvider timeProvider, Action<Exception>? failed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        _context = new WeakReference<TlsServerContext>(context);
        _failed = failed;
        _version = context.Certificates.FileVersion();
        using (ExecutionContext.SuppressFlow())
            _timer = timeProvider.CreateTimer(static watch => ((TlsCertificateWatch)watch!).Look(), this, interval, interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Report(Exception exception)
    {
        try
        {
            _failed?.Invoke(exception);
        }
        catch (Exception)
        {
            // It has nowhere to go and changes nothing.
        }
    }

    private void Look()
    {
        if (Interlocked.Exchange(ref _isLooking, 1) != 0)
            return;
        try
        {
            if (!_context.TryGetTarget(out TlsServerContext? context))
            {
                Dispose();
                return;
            }

            // The times first: what is written while it is read is seen next time.
            string version = context.Certificates.FileVersion();
            if (version == _version)
                return;
            context.Reload();
            _version = version;
        }
        catch (Exception exception)
        {
            // Whatever the files hold, and whoever listens: this is a timer's thread, where an exception would end the program.
            Report(exception);
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }
}
