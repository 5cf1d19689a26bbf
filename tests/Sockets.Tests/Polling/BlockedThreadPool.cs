namespace Sockets.Tests.Polling;

/// <summary>
/// The thread pool of this process does nothing until disposal: every thread that it may have waits, and more work than threads
/// stands before whatever is queued now. For collections of tests that run alone.
/// </summary>
internal sealed class BlockedThreadPool : IDisposable
{
    private readonly ManualResetEventSlim _end = new(); // not disposed, like the count: blockers are just leaving it
    private readonly int _maxWorkers;
    private readonly int _maxCompletion;
    private readonly int _minWorkers;
    private readonly int _minCompletion;
    private readonly CountdownEvent _blockers;
    private int _ran;

    public BlockedThreadPool()
    {
        ThreadPool.GetMaxThreads(out _maxWorkers, out _maxCompletion);
        ThreadPool.GetMinThreads(out _minWorkers, out _minCompletion);
        int few = Environment.ProcessorCount;
        ThreadPool.SetMinThreads(1, 1);
        Assert.True(ThreadPool.SetMaxThreads(few, few));
        int count = (few + ThreadPool.ThreadCount) * 4;
        _blockers = new CountdownEvent(count);
        for (int i = 0; i < count; i++)
            ThreadPool.QueueUserWorkItem(Block, this, preferLocal: false);
        ThreadPool.QueueUserWorkItem(static pool => Interlocked.Increment(ref pool._ran), this, preferLocal: false);
        bool isFull = SpinWait.SpinUntil(static () => !IsAnyFree, Waiting.HangGuard);
        if (!isFull)
            Dispose();
        Assert.True(isFull);
    }

    /// <summary>
    /// Whether it has been so up to now: nothing that was queued behind the blockers has run. Not whether all of its threads are busy:
    /// one that had other work to end may rest, and takes a blocker when the pool calls it again.
    /// </summary>
    public bool IsBlocked => Volatile.Read(ref _ran) == 0;

    private static bool IsAnyFree
    {
        get
        {
            ThreadPool.GetAvailableThreads(out int workers, out _);
            return workers > 0;
        }
    }

    public void Dispose()
    {
        ThreadPool.SetMaxThreads(_maxWorkers, _maxCompletion);
        ThreadPool.SetMinThreads(_minWorkers, _minCompletion);
        _end.Set();
        Assert.True(_blockers.Wait(Waiting.HangGuard));
    }

    private static void Block(BlockedThreadPool pool)
    {
        pool._end.Wait();
        pool._blockers.Signal();
    }
}
