using System;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sockets.Platform;

internal abstract partial class Readiness
{
    /// <summary>epoll(7). The kernel keeps the set, so this keeps nothing.</summary>
    internal sealed unsafe class Epoll : Readiness
    {
        private const int MaxEvents = 256;

        private const uint In = 0x001;
        private const uint Out = 0x004;
        private const uint Failed = 0x008;
        private const uint HungUp = 0x010;
        private const uint ReadHungUp = 0x2000;
        private const uint OneShotFlag = 1u << 30;
        private const uint EdgeFlag = 1u << 31;

        /// <summary>struct epoll_event is packed on x86, and on no other processor.</summary>
        private static readonly int s_eventSize = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 12 : 16;

        private readonly SafeFileHandle _epoll;
        private readonly SafeFileHandle _signal;

        public Epoll()
        {
            _epoll = Open(SystemCalls.CreateEpoll(SystemCalls.EpollCloseOnExec));
            try
            {
                _signal = Open(SystemCalls.CreateEvent(0, SystemCalls.EventCloseOnExec | SystemCalls.EventNonBlocking));
            }
            catch
            {
                _epoll.Dispose();
                throw;
            }

            byte* epollEvent = stackalloc byte[16];
            WriteEvent(epollEvent, In, ReservedToken);
            if (SystemCalls.ControlEpoll(_epoll, SystemCalls.EpollControlAdd, _signal, epollEvent) == 0)
                return;
            SocketException failure = Failure();
            Dispose();
            throw failure;
        }

        public override void Add(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode) =>
            Control(SystemCalls.EpollControlAdd, socket, mask, token, mode);

        public override void Modify(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode) =>
            Control(SystemCalls.EpollControlModify, socket, mask, token, mode);

        public override void Rearm(SafeSocketHandle socket, ReadinessMask mask)
        {
        }

        public override bool Remove(SafeSocketHandle socket)
        {
            if (socket.IsClosed)
                return false;
            byte* epollEvent = stackalloc byte[16]; // kernels before 2.6.9 insist on one
            if (SystemCalls.ControlEpoll(_epoll, SystemCalls.EpollControlRemove, socket, epollEvent) == 0)
                return true;
            return Errno.Last is Errno.NoEntry or Errno.BadDescriptor ? false : throw Failure();
        }

        [SkipLocalsInit]
        public override int Wait(Span<ReadinessEvent> events, int timeoutMilliseconds)
        {
            CheckArguments(events, timeoutMilliseconds);
            int size = s_eventSize;
            int capacity = Math.Min(events.Length, MaxEvents);
            byte* found = stackalloc byte[capacity * size];
            bool isHeld = false;
            int count;
            try
            {
                _signal.DangerousAddRef(ref isHeld); // Dispose signals, and the signal has to outlive the wait
                count = WaitUninterrupted(found, capacity, timeoutMilliseconds);
            }
            finally
            {
                if (isHeld)
                    _signal.DangerousRelease();
            }

            int reported = 0;
            for (int i = 0; i < count; i++)
            {
                byte* one = found + (i * size);
                long token = Unsafe.ReadUnaligned<long>(one + size - sizeof(long));
                if (token == ReservedToken)
                    AcknowledgeWake();
                else
                    events[reported++] = new ReadinessEvent(token, ToMask(Unsafe.ReadUnaligned<uint>(one)));
            }

            return reported;
        }

        public override void Dispose()
        {
            Wake();
            _signal.Dispose();
            _epoll.Dispose();
        }

        protected internal override void Signal()
        {
            ulong one = 1;
            while (SystemCalls.Write(_signal, &one, sizeof(ulong)) < 0 && Errno.Last == Errno.Interrupted)
            {
                // Any other failure means that the counter is full, which is as good a signal.
            }
        }

        protected internal override void DrainSignal()
        {
            ulong value;
            while (SystemCalls.Read(_signal, &value, sizeof(ulong)) < 0 && Errno.Last == Errno.Interrupted)
            {
                // Any other failure means that there is no signal.
            }
        }

        private int WaitUninterrupted(byte* found, int capacity, int timeoutMilliseconds)
        {
            long startedAt = Environment.TickCount64;
            int timeout = timeoutMilliseconds;
            while (true)
            {
                int count = SystemCalls.WaitEpoll(_epoll, found, capacity, timeout);
                if (count >= 0)
                    return count;
                if (Errno.Last != Errno.Interrupted)
                    throw Failure();
                timeout = Remaining(timeoutMilliseconds, startedAt);
            }
        }

        private void Control(int operation, SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode)
        {
            CheckToken(token);
            byte* epollEvent = stackalloc byte[16];
            WriteEvent(epollEvent, ToEvents(mask, mode), token);
            if (SystemCalls.ControlEpoll(_epoll, operation, socket, epollEvent) == 0)
                return;
            throw Errno.Last switch
            {
                Errno.Exists => new InvalidOperationException("The socket is in the set already."),
                Errno.NoEntry => new InvalidOperationException("The socket is not in the set."),
                _ => Failure(),
            };
        }

        private static void WriteEvent(byte* destination, uint events, long token)
        {
            Unsafe.WriteUnaligned(destination, events);
            Unsafe.WriteUnaligned(destination + s_eventSize - sizeof(long), token);
        }

        private static uint ToEvents(ReadinessMask mask, ReadinessMode mode) =>
            ((mask & ReadinessMask.Read) != 0 ? In : 0)
            | ((mask & ReadinessMask.Write) != 0 ? Out : 0)
            | ((mask & ReadinessMask.ReadHangUp) != 0 ? ReadHungUp : 0)
            | ((mode & ReadinessMode.Edge) != 0 ? EdgeFlag : 0)
            | ((mode & ReadinessMode.OneShot) != 0 ? OneShotFlag : 0);

        private static ReadinessMask ToMask(uint events) =>
            ((events & In) != 0 ? ReadinessMask.Read : 0)
            | ((events & Out) != 0 ? ReadinessMask.Write : 0)
            | ((events & Failed) != 0 ? ReadinessMask.Error : 0)
            | ((events & HungUp) != 0 ? ReadinessMask.HangUp : 0)
            | ((events & ReadHungUp) != 0 ? ReadinessMask.ReadHangUp : 0);

        private static SafeFileHandle Open(int descriptor) => descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure();

        private static SocketException Failure() => new((int)Errno.ToSocketError(Errno.Last));
    }
}
