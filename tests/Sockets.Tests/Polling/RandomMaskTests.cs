using Sockets.Links;
using Sockets.Platform;

namespace Sockets.Tests.Polling;

/// <summary>A link that changes its mind at random, and a user who does too: neither's mask is ever lost.</summary>
public class RandomMaskTests
{
    private const int Steps = 150;
    private const int SeedsPerMode = 150;

    [Theory]
    [InlineData(SocketPollMode.Level)]
    [InlineData(SocketPollMode.Edge)]
    [InlineData(SocketPollMode.OneShot)]
    public void No_mask_is_lost_and_nothing_is_missed(SocketPollMode mode)
    {
        for (int seed = 0; seed < SeedsPerMode; seed++)
        {
            try
            {
                using var run = new Run(seed, mode);
                for (int step = 0; step < Steps; step++)
                    run.Step();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed}, {mode}: {exception.Message}", exception);
            }
        }
    }

    private sealed class Run : IDisposable
    {
        private readonly Random _random;
        private readonly ScriptedReadiness _readiness = new();
        private readonly SocketPoll _poll;
        private readonly ScriptedSocket _scripted = new();
        private readonly object _userData = new();
        private readonly SocketPollMode _mode;
        private ReadinessMask _ready;
        private SocketEvents _interest;

        // Who has been told, and has not found nothing since, need not be told again by edge; by one-shot, only after Modify.
        private bool _isReadToldOf;
        private bool _isWriteToldOf;
        private bool _isSpent;

        public Run(int seed, SocketPollMode mode)
        {
            _random = new Random(seed);
            _mode = mode;
            _poll = new SocketPoll(TimeProvider.System, _readiness);
            _readiness.Ready = _ => _ready;
            _scripted.Link.NowWants = RandomWants();
            _scripted.Link.OnProgress = OnProgress;
            _scripted.Link.TakeFromSystem = () => Take(ReadinessMask.Read);
            _scripted.Link.HasRoom = () => HasRoom();
            _interest = RandomInterest();
            _poll.Add(_scripted.Socket, _interest, _userData, mode);
        }

        private ScriptedLink Link => _scripted.Link;

        public void Step()
        {
            switch (_random.Next(8))
            {
                case 0:
                    _interest = RandomInterest();
                    _poll.Modify(_scripted.Socket, _interest);
                    _isReadToldOf = _isWriteToldOf = _isSpent = false;
                    break;
                case 1:
                    Link.NowWants = RandomWants();
                    if (!Link.IsOpen && _random.Next(3) == 0)
                        Link.Open(RandomWants());
                    Link.Changed!();
                    _isReadToldOf = _isWriteToldOf = false;
                    break;
                case 2:
                    _ready |= (ReadinessMask)_random.Next(4);
                    break;
                case 3:
                    if (Link.IsOpen)
                    {
                        Link.IsReadable = true;
                        Link.Changed!();
                        _isReadToldOf = _isWriteToldOf = false;
                    }

                    break;
                case 4:
                    Link.IsReadyToSend = !Link.IsReadyToSend;
                    Link.Changed!();
                    _isReadToldOf = _isWriteToldOf = false;
                    break;
                case 5:
                    if (!_scripted.Socket.TryReceive(new byte[1], out _))
                        _isReadToldOf = false;
                    break;
                case 6:
                    if (!_scripted.Socket.TrySend([1], out _))
                        _isWriteToldOf = false;
                    break;
                default:
                    Check();
                    break;
            }
        }

        public void Dispose()
        {
            _scripted.Dispose();
            _poll.Dispose();
        }

        private void Check()
        {
            // Until the link has done all that it wants to do for itself.
            SocketEvents told = SocketEvents.None;
            int progressed = -1;
            for (int i = 0; i < 3 || Link.Progressed != progressed; i++)
            {
                progressed = Link.Progressed;
                foreach ((object? userData, SocketEvents events) in _poll.Look())
                {
                    Assert.Same(_userData, userData);
                    Assert.Equal(SocketEvents.None, events & ~_interest);
                    Assert.True(Link.IsOpen);
                    if ((events & SocketEvents.Writable) != 0)
                        Assert.True(CanSend);
                    told |= events;
                    Assert.False(_isSpent);
                    _isSpent = _mode == SocketPollMode.OneShot;
                }

                if (i > 0)
                    AssertKernelMask();
            }

            AssertTold(told);
            _isReadToldOf |= (told & SocketEvents.Readable) != 0;
            _isWriteToldOf |= (told & SocketEvents.Writable) != 0;
            Assert.Same(_userData, _poll.GetUserData(_scripted.Socket));
        }

        private string State => $"interest {_interest}, ready {_ready}, wants {Link.NowWants}, pending {Link.IsReadable}, watched {_scripted.MaskIn(_readiness)}";

        private bool CanSend => Link.CanSend && (Link.NowWants & LinkWants.Write) == 0;

        private void AssertTold(SocketEvents told)
        {
            if (!Link.IsOpen || _isSpent)
                return;
            bool isReadable = Link.IsReadable || ((_ready & ReadinessMask.Read) != 0 && (Link.NowWants & LinkWants.Read) == 0);
            if ((_interest & SocketEvents.Readable) != 0 && isReadable && !(_mode == SocketPollMode.Edge && _isReadToldOf))
                Assert.True((told & SocketEvents.Readable) != 0, $"Readable was missed; {State}.");
            bool isWritable = CanSend && (_ready & ReadinessMask.Write) != 0;
            if ((_interest & SocketEvents.Writable) != 0 && isWritable && !(_mode == SocketPollMode.Edge && _isWriteToldOf))
                Assert.True((told & SocketEvents.Writable) != 0, $"Writable was missed; {State}.");
        }

        private void AssertKernelMask()
        {
            ReadinessMask expected = (ReadinessMask)(int)Link.NowWants;
            ReadinessMask? actual = _scripted.MaskIn(_readiness);
            if (_isSpent)
            {
                // Disarmed; the link's own must be there all the same.
                Assert.Equal(expected, expected & (actual ?? ReadinessMask.None));
                return;
            }

            if (!Link.IsOpen)
            {
                Assert.Equal(expected, actual ?? ReadinessMask.None);
                return;
            }

            if ((_interest & SocketEvents.Readable) != 0)
                expected |= ReadinessMask.Read;
            if ((_interest & SocketEvents.Writable) != 0 && CanSend)
                expected |= ReadinessMask.Write;
            Assert.Equal(expected, actual);
        }

        /// <summary>The link takes what it wants from the system; in what it reads there may be something for the user.</summary>
        private void OnProgress(ScriptedLink link)
        {
            if ((link.NowWants & LinkWants.Read) != 0 && Take(ReadinessMask.Read) && link.IsOpen && _random.Next(2) == 0)
            {
                link.IsReadable = true;
                _isReadToldOf = false;
            }

            if ((link.NowWants & LinkWants.Write) != 0 && HasRoom() && _random.Next(2) == 0)
                link.NowWants &= ~LinkWants.Write;
        }

        /// <summary>What is sent may take the last of the room.</summary>
        private bool HasRoom()
        {
            bool hasRoom = (_ready & ReadinessMask.Write) != 0;
            if (_random.Next(2) == 0)
                _ready &= ~ReadinessMask.Write;
            return hasRoom;
        }

        private bool Take(ReadinessMask mask)
        {
            bool wasReady = (_ready & mask) != 0;
            _ready &= ~mask;
            return wasReady;
        }

        private LinkWants RandomWants() => (LinkWants)_random.Next(4);

        private SocketEvents RandomInterest() => (SocketEvents)_random.Next(4);
    }
}
