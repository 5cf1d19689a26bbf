/*
 * An epoll loop of one thread: N connections over loopback, both ends in the set, level-triggered, one message of 64 bytes
 * under way in each. An event is a receive and a send.
 *
 *   poll_peer N tcp|unix
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

#include "sockets.h"

enum { MESSAGE = 64, EVENTS = 256 };

static long run(long count, void *state)
{
    int set = *(int *)state;
    struct epoll_event events[EVENTS];
    char message[MESSAGE];
    long done = 0;
    while (done < count) {
        int ready = epoll_wait(set, events, EVENTS, -1);
        require(ready >= 0 || errno == EINTR, "epoll_wait");
        for (int i = 0; i < ready; i++) {
            require(recv(events[i].data.fd, message, MESSAGE, 0) == MESSAGE, "recv");
            require(send(events[i].data.fd, message, MESSAGE, MSG_NOSIGNAL) == MESSAGE, "send");
        }
        done += ready > 0 ? ready : 0;
    }
    return done;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s N tcp|unix\n", argv[0]);
        return 2;
    }
    stay_on_processor();
    int set = epoll_create1(0);
    char message[MESSAGE] = {0};
    require(set >= 0, "epoll_create1");
    for (int connections = atoi(argv[1]); connections > 0; connections--) {
        int pair[2];
        if (strcmp(argv[2], "unix") == 0)
            require(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
        else
            connect_tcp(pair);
        for (int i = 0; i < 2; i++) {
            struct epoll_event event = {.events = EPOLLIN, .data.fd = pair[i]};
            require(fcntl(pair[i], F_SETFL, O_NONBLOCK) == 0, "O_NONBLOCK");
            require(epoll_ctl(set, EPOLL_CTL_ADD, pair[i], &event) == 0, "epoll_ctl");
        }
        require(send(pair[0], message, MESSAGE, MSG_NOSIGNAL) == MESSAGE, "send");
    }
    serve_slices("epoll", run, &set);
    return 0;
}
