/* The resolver and a loopback conversation in C: getaddrinfo, getnameinfo, getpwuid, TCP and UDP,
 * IPv6 where the machine has it, accept4, SO_REUSEADDR, MSG_PEEK, sendmmsg, getifaddrs-free. */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #x, errno); exit(1); } } while (0)

int main(void)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found;
    CHECK(getaddrinfo("localhost", "80", &hints, &found) == 0);
    char host[256];
    CHECK(getnameinfo(found->ai_addr, found->ai_addrlen, host, sizeof host, NULL, 0, 0) == 0);
    freeaddrinfo(found);
    CHECK(getpwuid(0) != NULL);

    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    int one = 1, server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(server >= 0 && setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0);
    CHECK(bind(server, (struct sockaddr *)&here, sizeof here) == 0 && listen(server, 8) == 0);
    CHECK(getsockname(server, (struct sockaddr *)&here, &size) == 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(client >= 0 && connect(client, (struct sockaddr *)&here, sizeof here) == 0);
    CHECK(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0);
    int served = accept4(server, NULL, NULL, SOCK_CLOEXEC);
    char text[8];
    CHECK(served >= 0 && send(client, "ping", 4, MSG_NOSIGNAL) == 4);
    CHECK(recv(served, text, sizeof text, MSG_PEEK) == 4 && recv(served, text, sizeof text, 0) == 4);
    CHECK(shutdown(client, SHUT_RDWR) == 0 && getpeername(served, (struct sockaddr *)&here, &size) <= 0);

    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    here.sin_port = 0;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size = sizeof here;
    CHECK(udp >= 0 && bind(udp, (struct sockaddr *)&here, sizeof here) == 0);
    CHECK(getsockname(udp, (struct sockaddr *)&here, &size) == 0 && connect(udp, (struct sockaddr *)&here, size) == 0);
    struct iovec iov = {"datagram", 8};
    struct mmsghdr messages = {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}};
    CHECK(sendmmsg(udp, &messages, 1, 0) == 1);
    char received[16];
    iov = (struct iovec){received, sizeof received};
    CHECK(recvmmsg(udp, &messages, 1, 0, NULL) == 1 && messages.msg_len == 8);

    int v6 = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK(v6 >= 0 || errno == EAFNOSUPPORT);
    puts("names ok");
    return 0;
}
