using System.Runtime.CompilerServices;
using Sockets.Engine;

namespace Sockets.Tests.Engine;

/// <summary>An async method built by <see cref="ReusedTaskMethodBuilder{TResult}"/> is like any other, but for its memory.</summary>
public class ReusedTaskMethodBuilderTests
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Fact]
    public async Task A_result_comes_with_and_without_waiting()
    {
        Assert.Equal(3, await Add(Task.FromResult(1), 2));
        var later = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        ValueTask<int> adding = Add(later.Task, 2);
        Assert.False(adding.IsCompleted);
        later.SetResult(5);
        Assert.Equal(7, await adding);
    }

    [Fact]
    public async Task An_exception_comes_with_and_without_waiting()
    {
        Assert.Equal("at once", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await Add(Task.FromException<int>(new InvalidOperationException("at once")), 2))).Message);
        var later = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        ValueTask<int> adding = Add(later.Task, 2);
        later.SetException(new InvalidOperationException("later"));
        Assert.Equal("later", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await adding)).Message);
    }

    [Fact]
    public async Task A_method_without_result_waits_and_fails_too()
    {
        await Pass(Task.CompletedTask);
        var later = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ValueTask passing = Pass(later.Task);
        Assert.False(passing.IsCompleted);
        later.SetResult();
        await passing;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Pass(Task.FromException(new InvalidOperationException())));
    }

    [Fact]
    public async Task The_execution_context_is_that_of_the_caller_after_each_wait()
    {
        var later = new TaskCompletionSource<int>();
        Ambient.Value = "caller";
        ValueTask<string?> reading = ReadAmbient(later.Task);
        Ambient.Value = "other";
        await Task.Run(() => later.SetResult(1), TestContext.Current.CancellationToken);
        Assert.Equal("caller", await reading);
        Assert.Equal("other", Ambient.Value);
    }

    [Fact]
    public async Task What_a_method_does_to_its_context_stays_with_it()
    {
        Ambient.Value = "caller";
        ValueTask<int> changing = ChangeAmbient();
        Assert.Equal("caller", Ambient.Value);
        await changing;
    }

    [Fact]
    public async Task A_result_that_was_taken_can_not_be_taken_again_though_another_method_uses_the_state()
    {
        var first = new TaskCompletionSource<int>();
        ValueTask<int> early = Add(first.Task, 0);
        ValueTask<int> copy = early;
        first.SetResult(1);
        Assert.Equal(1, await early);
        var second = new TaskCompletionSource<int>();
        ValueTask<int> late = Add(second.Task, 0);
        Assert.Throws<InvalidOperationException>(() => copy.GetAwaiter().GetResult());
        Assert.False(late.IsCompleted);
        second.SetResult(2);
        Assert.Equal(2, await late);
    }

    [Fact]
    public async Task A_result_asked_for_too_early_does_not_give_the_state_away()
    {
        var later = new TaskCompletionSource<int>();
        ValueTask<int> adding = Add(later.Task, 0);
        Assert.Throws<InvalidOperationException>(() => adding.GetAwaiter().GetResult());
        var other = new TaskCompletionSource<int>();
        ValueTask<int> beside = Add(other.Task, 10);
        later.SetResult(1);
        other.SetResult(2);
        Assert.Equal(1, await adding);
        Assert.Equal(12, await beside);
    }

    [Fact]
    public async Task States_serve_many_methods_on_many_threads_without_mixing_them_up()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), TestContext.Current.CancellationToken, async (number, cancellationToken) =>
        {
            int sum = await Add(Task.Run(() => number, cancellationToken), 1) + await Add(Task.Run(() => number, cancellationToken), 2);
            Assert.Equal((2 * number) + 3, sum);
        });
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private static async ValueTask<int> Add(Task<int> task, int more) => await task.ConfigureAwait(false) + more;

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder))]
    private static async ValueTask Pass(Task task) => await task.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private static async ValueTask<string?> ReadAmbient(Task<int> task)
    {
        await task.ConfigureAwait(false);
        return Ambient.Value;
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private static async ValueTask<int> ChangeAmbient()
    {
        Ambient.Value = "method";
        await Task.Yield();
        return Ambient.Value == "method" ? 1 : 0;
    }
}
