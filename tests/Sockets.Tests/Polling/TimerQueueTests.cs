using Sockets.Engine;

namespace Sockets.Tests.Polling;

public class TimerQueueTests
{
    /// <summary>Against a sorted list that does the same.</summary>
    [Fact]
    public void Random_use_keeps_the_order()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var queue = new TimerQueue();
            Node[] nodes = [.. Enumerable.Range(0, 40).Select(static number => new Node(number))];
            var model = new List<(long Due, long Order, Node Node)>();
            long order = 0;
            for (int step = 0; step < 400; step++)
            {
                Node node = nodes[random.Next(nodes.Length)];
                switch (random.Next(4))
                {
                    case 0 or 1:
                        long due = random.Next(50);
                        queue.Schedule(node, due);
                        model.RemoveAll(entry => entry.Node == node);
                        model.Add((due, order++, node));
                        break;
                    case 2:
                        queue.Remove(node);
                        model.RemoveAll(entry => entry.Node == node);
                        break;
                    default:
                        long now = random.Next(50);
                        model.Sort(static (one, other) => (one.Due, one.Order).CompareTo((other.Due, other.Order)));
                        Node? expected = model.Count > 0 && model[0].Due <= now ? model[0].Node : null;
                        Assert.Equal(expected is not null, queue.TryTake(now, out TimerNode? taken));
                        Assert.Same(expected, taken);
                        if (expected is not null)
                            model.RemoveAt(0);
                        break;
                }

                Assert.Equal(model.Count, queue.Count);
                Assert.Equal(model.Count == 0 ? long.MaxValue : model.Min(static entry => entry.Due), queue.NextDue);
            }
        }
    }

    [Fact]
    public void Never_takes_a_node_out()
    {
        var queue = new TimerQueue();
        var node = new Node(1);
        queue.Schedule(node, 5);
        queue.Schedule(node, long.MaxValue);
        Assert.Equal(0, queue.Count);
        Assert.False(queue.TryTake(long.MaxValue, out _));
        queue.Remove(node);
        Assert.Equal(long.MaxValue, queue.NextDue);
    }

    private sealed class Node(int number) : TimerNode
    {
        public override string ToString() => $"{number}";
    }
}
