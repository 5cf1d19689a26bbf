/*
 * How a peer talks to the benchmark that started it: it begins with a line about itself; a line with a count on standard input
 * asks for so many operations or a few more, and a line answers with their CPU time (of the whole process) and wall time in
 * nanoseconds and with how many there were. The end of the input ends it.
 */
#ifndef SLICES_H
#define SLICES_H

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline int64_t nanoseconds(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        abort();
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Stays on the processor that it is told to, before it starts any thread. */
static inline void stay_on_processor(void)
{
    const char *processor = getenv("SOCKETS_BENCH_PROCESSOR");
    cpu_set_t set;
    if (processor == NULL)
        return;
    CPU_ZERO(&set);
    CPU_SET(atoi(processor), &set);
    sched_setaffinity(0, sizeof set, &set);
}

/* Says who it is, and then does what it is asked for. */
static inline void serve_slices(const char *greeting, long (*run)(long count, void *state), void *state)
{
    long count;
    puts(greeting);
    fflush(stdout);
    while (scanf("%ld", &count) == 1) {
        int64_t wall = nanoseconds(CLOCK_MONOTONIC);
        int64_t cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
        long done = run(count, state);
        cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        wall = nanoseconds(CLOCK_MONOTONIC) - wall;
        printf("%lld %lld %ld\n", (long long)cpu, (long long)wall, done);
        fflush(stdout);
    }
}

static inline void require(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        exit(1);
    }
}

#endif
