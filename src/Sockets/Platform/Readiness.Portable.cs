using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Sockets.Platform;

internal abstract partial class Readiness
{
    /// <summary>
    /// poll(2), or WSAPoll on Windows. The set is kept here, under a lock that is not held while waiting; a change made meanwhile
    /// ends the wait. Edges are emulated: what was reported is not watched for until it is re-armed.
    /// </summary>
    internal sealed class Polling : Readiness
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<SafeSocketHandle, Entry> _entries = [];
        private readonly SystemSocket _signal;
        private readonly PollSet _polled = new();
        private readonly List<Entry> _order = [];
        private int _next; // where the last scan stopped for want of room
        private bool _isWaiting;
        private bool _isDisposed;

        public Polling() => _signal = CreateSignal();

        public override void Add(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode)
        {
            CheckToken(token);
            ObjectDisposedException.ThrowIf(socket.IsClosed, socket);
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (!_entries.TryAdd(socket, new Entry(socket, mask, token, mode)))
                    throw new InvalidOperationException("The socket is in the set already.");
                EndWait();
            }
        }

        public override void Modify(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode)
        {
            CheckToken(token);
            ObjectDisposedException.ThrowIf(socket.IsClosed, socket);
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (!_entries.TryGetValue(socket, out Entry? entry))
                    throw new InvalidOperationException("The socket is not in the set.");
                entry.Change(mask, token, mode);
                EndWait();
            }
        }

        /// <summary>An error may come anew, too; the end of the peer's sending lasts, and is not reported twice.</summary>
        public override void Rearm(SafeSocketHandle socket, ReadinessMask mask)
        {
            lock (_lock)
            {
                if (!_entries.TryGetValue(socket, out Entry? entry) || (entry.Mode & ReadinessMode.Edge) == 0 || entry.IsSpent)
                    return;
                entry.Silenced &= ~(mask | ReadinessMask.Error | ReadinessMask.HangUp);
                EndWait();
            }
        }

        public override bool Remove(SafeSocketHandle socket)
        {
            lock (_lock)
            {
                bool isRemoved = _entries.Remove(socket);
                if (isRemoved)
                    EndWait();
                return isRemoved;
            }
        }

        public override int Wait(Span<ReadinessEvent> events, int timeoutMilliseconds)
        {
            CheckArguments(events, timeoutMilliseconds);
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                Prepare();
                _isWaiting = true;
            }

            try
            {
                _polled.Wait(timeoutMilliseconds);
            }
            finally
            {
                lock (_lock)
                {
                    _isWaiting = false;
                    if (_isDisposed)
                        Release();
                }
            }

            lock (_lock)
            {
                if (_isDisposed)
                    return 0;
                if (_polled.Result(0) != ReadinessMask.None)
                    AcknowledgeWake();
                return Collect(events);
            }
        }

        public override void Dispose()
        {
            lock (_lock)
            {
                if (_isDisposed)
                    return;
                _isDisposed = true;
                _entries.Clear();
                Wake();
                if (!_isWaiting)
                    Release();
            }
        }

        protected internal override void Signal() => _signal.Send([1], SocketFlags.None, out _);

        protected internal override void DrainSignal()
        {
            Span<byte> taken = stackalloc byte[8];
            SocketError error;
            do
                _signal.Receive(taken, SocketFlags.None, out error);
            while (error == SocketError.Success);
        }

        /// <summary>A UDP socket that only hears itself: the one kind of signal that every system's poll can wait for.</summary>
        private static SystemSocket CreateSignal()
        {
            var signal = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            try
            {
                signal.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                signal.Connect(signal.LocalEndPoint!);
                return signal;
            }
            catch
            {
                signal.Dispose();
                throw;
            }
        }

        /// <summary>Not before the wait has ended: the system writes to the one and looks at the other once more when it is woken.</summary>
        private void Release()
        {
            _signal.Dispose();
            _polled.Dispose();
        }

        private void EndWait()
        {
            if (_isWaiting)
                Wake();
        }

        /// <summary>The signal comes first, then the sockets that are watched for anything.</summary>
        private void Prepare()
        {
            _order.Clear();
            _polled.Clear();
            _polled.Add(_signal.SafeHandle, ReadinessMask.Read);
            foreach (Entry entry in _entries.Values)
            {
                entry.IsChanged = false;
                if (entry.IsSilent)
                    continue;
                _order.Add(entry);
                _polled.Add(entry.Socket, entry.Watched);
            }
        }

        private int Collect(Span<ReadinessEvent> events)
        {
            int reported = 0;
            int count = _order.Count;
            for (int i = 0; i < count && reported < events.Length; i++)
            {
                int index = (_next + i) % count;
                Entry entry = _order[index];
                ReadinessMask found = _polled.Result(index + 1) & entry.Reportable;
                if (found == ReadinessMask.None || entry.IsChanged || !_entries.TryGetValue(entry.Socket, out Entry? current) || current != entry)
                    continue;
                events[reported++] = new ReadinessEvent(entry.Token, found);
                entry.Report(found);
                if (reported == events.Length)
                    _next = index + 1;
            }

            return reported;
        }

        private sealed class Entry(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode)
        {
            private const ReadinessMask Over = ReadinessMask.Error | ReadinessMask.HangUp;

            private ReadinessMask _mask = mask;

            public SafeSocketHandle Socket => socket;

            public long Token { get; private set; } = token;

            public ReadinessMode Mode { get; private set; } = mode;

            /// <summary>Since the wait began: what it finds is of what was watched for before.</summary>
            public bool IsChanged { get; set; }

            /// <summary>Reported as an edge and not re-armed.</summary>
            public ReadinessMask Silenced { get; set; }

            /// <summary>A one-shot that was used.</summary>
            public bool IsSpent { get; private set; }

            public ReadinessMask Watched => _mask & ~Silenced;

            public ReadinessMask Reportable => IsSpent ? ReadinessMask.None : (_mask | Over) & ~Silenced;

            /// <summary>Poll reports an error as long as it lasts: a socket whose error was reported as an edge is left out.</summary>
            public bool IsSilent => IsSpent || (Silenced & Over) != 0 || socket.IsClosed;

            public void Change(ReadinessMask mask, long token, ReadinessMode mode)
            {
                _mask = mask;
                Token = token;
                Mode = mode;
                Silenced = ReadinessMask.None;
                IsSpent = false;
                IsChanged = true;
            }

            public void Report(ReadinessMask found)
            {
                IsSpent = (Mode & ReadinessMode.OneShot) != 0;
                if ((Mode & ReadinessMode.Edge) != 0)
                    Silenced |= found;
            }
        }
    }
}
