/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksmol_bench: measures ksmol and Linux's own stack side by side in one
 * kernel. Everything happens in kernel context, because in a user-mode kernel
 * a system call costs more than all that is to be measured.
 */
#ifndef _KSMOL_BENCH_H
#define _KSMOL_BENCH_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ktime.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <ksmol/kapi.h>

#include <ksmol/params.h>
#include <ksmol/pool.h>
#include <ksmol/stats.h>

#define BENCH_BATCH	64	/* frames per pass, as a NAPI budget */
#define BENCH_FRAME_MAX	(ETH_HLEN + ETH_DATA_LEN)
#define BENCH_ROUNDS_MAX 99
#define BENCH_PORT	9000	/* of the socket that is measured */
#define BENCH_PEER_PORT	5000	/* where its datagrams come from */

/* UDP payload of a minimal Ethernet frame of IPv4 (64 bytes with its check
 * sequence) and of a maximal one, of either family.
 */
#define BENCH_SMALL	18
#define BENCH_LARGE	1472
#define BENCH_LARGE6	1452

extern unsigned int bench_rounds;
extern unsigned int bench_packets;
extern unsigned int bench_protocol;
extern char *bench_note;	/* added to each line of results */

/* --- device.c: three Ethernet devices without hardware --- */

enum bench_stack {
	BENCH_FLOOR,	/* an rx_handler that frees what it gets */
	BENCH_LINUX,
	BENCH_KSMOL,
	BENCH_NR_STACKS
};

extern const char * const bench_stack_names[BENCH_NR_STACKS];

struct net_device *bench_device(enum bench_stack stack);
/* Our address on a device, and that of the peer who seems to be behind it. */
__be32 bench_local(enum bench_stack stack);
__be32 bench_peer(enum bench_stack stack);
struct in6_addr bench_local6(enum bench_stack stack);
struct in6_addr bench_peer6(enum bench_stack stack);
/* The @n-th of the groups that are joined: 239.255.N.7, ff05::77:N. */
__be32 bench_group(unsigned int n);
struct in6_addr bench_group6(unsigned int n);
void bench_peer_mac(enum bench_stack stack, u8 mac[ETH_ALEN]);
/* IPv4 frames that the device was given to send so far. */
u64 bench_sent(enum bench_stack stack);
/* A polled device keeps what it was given to send until bench_complete(), as a
 * driver does that completes when it is polled next.
 */
void bench_polled(enum bench_stack stack, bool polled);
void bench_complete(enum bench_stack stack);
/* The number of the byte after the last SYN that it was given to send, and of
 * which one it acknowledged; false if there was none since the last call.
 */
bool bench_syn_sent(enum bench_stack stack, u32 *seq, u32 *ack);
int bench_devices_init(void);
void bench_devices_exit(void);

/* --- frames.c: frames as a driver hands them up --- */

/**
 * struct bench_frame - a frame to be sent many times
 * @stack: whose device it arrives on
 * @family: AF_INET or AF_INET6
 * @len: bytes from the Ethernet header on
 * @payload: where the payload begins; @size: its length
 */
struct bench_frame {
	enum bench_stack stack;
	u8 family;
	u32 len;
	u32 payload;
	u32 size;
	u8 bytes[BENCH_FRAME_MAX];
};

void bench_frame_udp(struct bench_frame *frame, enum bench_stack stack,
		     u8 family, u32 size, u16 sport, u16 dport);
void bench_frame_echo(struct bench_frame *frame, enum bench_stack stack,
		      u32 size);
/* Makes it one for the @n-th group. */
void bench_frame_group(struct bench_frame *frame, unsigned int n);
/* Changes the ports, and the checksum with them. */
void bench_frame_ports(struct bench_frame *frame, u16 sport, u16 dport);

/**
 * struct bench_stream - the end of a connection that is no socket
 * @port: its port
 * @seq: number of the next byte it sends
 * @ack: number of the next byte it expects
 */
struct bench_stream {
	u16 port;
	u32 seq;
	u32 ack;
};

/* A segment with @size bytes to BENCH_PORT; no sum: the device has seen to it. */
void bench_frame_tcp(struct bench_frame *frame, enum bench_stack stack,
		     u32 size);
/* Makes it the next one of @end. */
void bench_frame_segment(struct bench_frame *frame, struct bench_stream *end);
/* Its flags; then it is as long as a header. */
void bench_frame_flags(struct bench_frame *frame, struct bench_stream *end,
		       bool syn);

/* A new skb with that content, or NULL. BH disabled. */
struct sk_buff *bench_skb(const struct bench_frame *frame);
/* Fills @skbs or nothing. */
int bench_skbs(const struct bench_frame *frame, struct sk_buff **skbs,
	       unsigned int n);
/* Gives frames to the device's receive path, as a NAPI poll would. */
void bench_inject(struct sk_buff **skbs, unsigned int n);

/* --- endpoint.c: UDP sockets of either stack --- */

/* Our end, or a group's, as sockets are told of it. Return: its length. */
int bench_end_local(struct sockaddr_storage *to, enum bench_stack stack,
		    u8 family, u16 port);
int bench_end_group(struct sockaddr_storage *to, u8 family, unsigned int n,
		    u16 port);
int bench_socket(enum bench_stack stack, u8 family, struct socket **sock);
struct socket *bench_open(enum bench_stack stack, u8 family, u16 port,
			  bool reuse);
/* Of IPv4. */
int bench_connect(struct socket *sock, enum bench_stack stack, u16 port);
/* Return: bytes, or a negative errno; neither of them waits. */
int bench_recv(struct socket *sock, void *buf, u32 len,
	       struct sockaddr_in *from);
int bench_send(struct socket *sock, const void *buf, u32 len,
	       struct sockaddr_in *to);
/* A socket of each stack on BENCH_PORT, or none. */
int bench_open_both(struct socket **socks, u8 family);
void bench_close_both(struct socket **socks);

/* --- streams.c: TCP sockets whose peer is made of frames --- */

struct socket *bench_listen(enum bench_stack stack);
/* Connects @end, and accepts it. It is reset on release. */
struct socket *bench_stream_open(struct socket *listener,
				 enum bench_stack stack, u16 port,
				 struct bench_stream *end);

/* --- callback.c: a socket of ksmol's for modules --- */

/**
 * struct bench_callback - what receives by callback
 * @ks: its socket
 * @received: datagrams so far
 * @bytes: the last of them
 */
struct bench_callback {
	struct ksmol_ksock *ks;
	unsigned int received;
	u8 bytes[BENCH_LARGE];
};

int bench_callback_open(struct bench_callback *callback, u8 family, u16 port);
void bench_callback_close(struct bench_callback *callback);

/* --- series.c: a figure measured once per round --- */

struct bench_series {
	const char *name;
	unsigned int n;
	u64 ps[BENCH_ROUNDS_MAX];	/* picoseconds per packet */
};

void bench_series_add(struct bench_series *series, u64 ns, u64 packets);
/* Prints "LABEL NAME=MEDIAN NAME_min=MINIMUM ...", in ns. */
void bench_print(const char *label, struct bench_series *series,
		 unsigned int n);

/* --- load.c: packets under a policy of tokens --- */

enum bench_load_kind {
	BENCH_LOAD_RECEIVE,	/* read */
	BENCH_LOAD_ECHO,	/* read and answered by a program */
	BENCH_LOAD_PING,	/* answered by the stack */
	BENCH_LOADS
};

enum bench_load_figure {
	BENCH_INJECT,	/* and completion of what was sent */
	BENCH_RECV,
	BENCH_SEND,
	BENCH_SUM,
	BENCH_FIGURES
};

/**
 * struct bench_load - a load under a policy
 * @stack: who is measured
 * @policy: enum ksmol_tx_policy; nothing to Linux
 * @kind: what is done
 * @watch: note who holds how many pbufs
 * @frame: what arrives
 * @sock: who reads it
 * @packets: frames injected
 * @received: of those, read by the socket
 * @replies: frames that the device was given to send
 * @tokens: how tokens ended while this load ran
 * @held: most pbufs that each owner had in its hands
 * @series: results, enum bench_load_figure
 */
struct bench_load {
	enum bench_stack stack;
	enum ksmol_tx_policy policy;
	enum bench_load_kind kind;
	bool watch;
	struct bench_frame frame;
	struct socket *sock;
	u64 packets;
	u64 received;
	u64 replies;
	u64 tokens[KSMOL_NR_TOKEN_ENDS];
	u32 held[KSMOL_NR_OWNERS];
	struct bench_series series[BENCH_FIGURES];
};

/* @load is zeroed but for @policy and @watch. */
void bench_load_init(struct bench_load *load, enum bench_stack stack,
		     enum bench_load_kind kind, struct socket *sock);
/* Half of bench_packets under the policy; 0 or a negative errno. */
int bench_load_round(struct bench_load *load);
/* A line of results; @suffix is appended to the load's name. */
void bench_load_print(struct bench_load *load, const char *test,
		      const char *suffix);

/* --- the measurements; each returns 0 or what went wrong --- */

int bench_udp(void);
int bench_policy(void);
int bench_exhaustion(void);
int bench_tokens(void);
int bench_alloc(void);
int bench_sockets(void);
int bench_multicast(void);

#define bench_err(fmt, ...) \
	pr_err("ksmol_bench: error: " fmt "\n", ##__VA_ARGS__)

#endif /* _KSMOL_BENCH_H */
