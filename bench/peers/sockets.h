/* Pairs of connected stream sockets. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "slices.h"

static inline void connect_tcp(int pair[2])
{
    int on = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(listener >= 0 && bind(listener, (struct sockaddr *)&address, length) == 0, "bind");
    require(listen(listener, 1) == 0 && getsockname(listener, (struct sockaddr *)&address, &length) == 0, "listen");
    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    require(pair[0] >= 0 && connect(pair[0], (struct sockaddr *)&address, length) == 0, "connect");
    pair[1] = accept(listener, NULL, NULL);
    require(pair[1] >= 0, "accept");
    for (int i = 0; i < 2; i++)
        require(setsockopt(pair[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "TCP_NODELAY");
    close(listener);
}

#endif
