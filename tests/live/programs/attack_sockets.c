/* Sockets of families that a sandbox has no use for. The effect is an open descriptor.
 * The kernel takes family and type as `int`: dirt in the high half of the register changes nothing. */
#include "attack.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* Raw packets under an old name: the kernel turns (AF_INET, SOCK_PACKET) into AF_PACKET. */
#define OLD_PACKET 10

static long protocol_of(long family, long type)
{
	if ((int)family == AF_PACKET || (type & 0xf) == OLD_PACKET)
		return (long)__builtin_bswap16(ETH_P_ALL);
	if ((int)family == AF_KEY)
		return 2; /* PF_KEY_V2, the only one */
	if ((int)family == AF_CAN || (int)family == AF_BLUETOOTH)
		return 1; /* CAN_RAW; BTPROTO_HCI */
	if ((int)family == AF_INET && (type & 0xf) == SOCK_RAW)
		return IPPROTO_ICMP;
	if ((int)family == AF_INET6 && (type & 0xf) == SOCK_RAW)
		return IPPROTO_ICMPV6;
	return 0;
}

static int open_socket(const struct attack *self)
{
	long protocol = protocol_of(self->flavour, self->extra);
	return opened(ATTEMPT(SYS_socket, self->flavour, self->extra, protocol), "a socket");
}

static int open_pair(const struct attack *self)
{
	int pair[2];
	long result = ATTEMPT(SYS_socketpair, self->flavour, self->extra, 0, P(pair));
	return opened(result < 0 ? result : pair[0], "a pair of sockets");
}

/* A socket of an allowed family is still a handle on every network interface. The interface named here
 * does not exist, which the kernel finds out after it has checked the right to change interfaces. */
static int change_interface(const struct attack *self)
{
	struct {
		char name[16];
		short flags;
		char rest[22];
	} request = {.name = "no-such-if"};
	int socket_fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (socket_fd < 0)
		return unable("socket");
	return reached(ATTEMPT(SYS_ioctl, socket_fd, self->flavour, P(&request)), ENODEV);
}

#define SIOCSIFFLAGS_REQUEST 0x8914

const struct attack socket_attacks[] = {
	{"socket-packet", open_socket, AF_PACKET, SOCK_RAW},
	{"socket-packet-high-bits", open_socket, WITH_HIGH_BITS(AF_PACKET), SOCK_RAW},
	{"socket-netlink", open_socket, AF_NETLINK, SOCK_RAW},
	{"socket-alg", open_socket, AF_ALG, SOCK_SEQPACKET},
	{"socket-vsock", open_socket, AF_VSOCK, SOCK_STREAM},
	{"socket-key", open_socket, AF_KEY, SOCK_RAW},
	{"socket-xdp", open_socket, AF_XDP, SOCK_RAW},
	{"socket-bluetooth", open_socket, AF_BLUETOOTH, SOCK_RAW},
	{"socket-can", open_socket, AF_CAN, SOCK_RAW},
	{"socket-rds", open_socket, AF_RDS, SOCK_SEQPACKET},
	{"socket-tipc", open_socket, AF_TIPC, SOCK_STREAM},
	{"socket-inet", open_socket, AF_INET, SOCK_STREAM},
	{"socket-inet-datagram", open_socket, AF_INET, SOCK_DGRAM},
	{"socket-inet-high-bits", open_socket, WITH_HIGH_BITS(AF_INET), SOCK_STREAM},
	{"socket-inet6", open_socket, AF_INET6, SOCK_STREAM},
	{"socket-inet-old-packet", open_socket, AF_INET, OLD_PACKET},
	{"socket-inet-old-packet-flags", open_socket, AF_INET, OLD_PACKET | SOCK_CLOEXEC | SOCK_NONBLOCK},
	{"socket-inet-old-packet-high-bits", open_socket, WITH_HIGH_BITS(AF_INET), WITH_HIGH_BITS(OLD_PACKET)},
	{"socket-inet-raw", open_socket, AF_INET, SOCK_RAW},
	{"socket-inet-raw-flags", open_socket, AF_INET, SOCK_RAW | SOCK_CLOEXEC},
	{"socket-inet6-raw", open_socket, AF_INET6, SOCK_RAW},
	{"socket-inet-seqpacket", open_socket, AF_INET, SOCK_SEQPACKET},
	{"socket-inet-dccp", open_socket, AF_INET, SOCK_DCCP},
	{"socketpair-tipc", open_pair, AF_TIPC, SOCK_STREAM},
	{"socketpair-inet", open_pair, AF_INET, SOCK_STREAM},
	{"ioctl-interface-flags", change_interface, SIOCSIFFLAGS_REQUEST, 0},
	{0, 0, 0, 0},
};
