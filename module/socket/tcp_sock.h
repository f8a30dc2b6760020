/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TCP's sockets: what stands between the pure core (tcp.h) and Linux.
 *
 * Locking is Linux's. A process owns the socket (lock_sock()) and runs the core
 * with bottom halves disabled; a softirq holds its spinlock and finds it either
 * free, or owned: then packets wait in @backlog and timers and ICMP errors in
 * @deferred until release_cb. A listener's softirqs don't take its lock at all.
 * Lock order: half-open connection, its child; socket, demux buckets, pool. No
 * two sockets' locks are ever held but a listener's and its new child's.
 */
#ifndef _KSMOL_SOCKET_TCP_SOCK_H
#define _KSMOL_SOCKET_TCP_SOCK_H

#include <linux/llist.h>
#include <linux/timer.h>
#include "sock.h"
#include "tcp.h"

/**
 * struct ksmol_tcp_listen - what only a listener has
 * @backlog: most connections in either queue, listen()'s number as cut by
 *	net.core.somaxconn
 * @nr_reqs: half-open connections (ksmol_tcp_req) of this listener
 * @nr_accept: established, not yet accepted
 * @accept: those, in order, linked through ksmol_tcp_sock.accept_node
 * @defer: TCP_DEFER_ACCEPT, seconds; 0 = off
 * @cookies_until: jiffies; cookies were sent not long ago, so that an ACK out
 *	of the blue may bear one
 * @lock: @accept and @nr_accept, and with them sk_state's end as TCP_LISTEN;
 *	innermost
 *
 * Softirqs make children while a process may own the listener: they read the
 * rest without lock.
 */
struct ksmol_tcp_listen {
	spinlock_t lock;	/* the accept queue */
	u32 backlog;
	atomic_t nr_reqs;
	u32 nr_accept;
	struct list_head accept;
	u32 defer;
	unsigned long cookies_until;
};

/**
 * struct ksmol_tcp_steer - which CPU sends ACKs (tcp_steer.c); the owner's, who
 *	looks at and sets CPUs while segments come in
 * @peer_cpu: on which segments came in that our program's CPU had no part in;
 *	-1 = none has
 * @own_cpu: our program's, -1 = not known
 * @on: it is @peer_cpu
 * @at: jiffies of the last look
 * @peer_idle, @own_idle: how long these had been idle then, in microseconds
 */
struct ksmol_tcp_steer {
	int peer_cpu;
	int own_cpu;
	bool on;
	unsigned long at;
	u64 peer_idle;
	u64 own_idle;
};

/* Bits of ksmol_tcp_sock.deferred */
#define KSMOL_TCP_DEFER_TIMER	0	/* the timer expired */
#define KSMOL_TCP_DEFER_ABORT	1	/* interface gone, or diag: ENETDOWN */
#define KSMOL_TCP_DEFER_PMTU	2	/* @defer_mtu and @defer_seq */
#define KSMOL_TCP_DEFER_ICMP	3	/* @defer_err and @defer_seq */
#define KSMOL_TCP_DEFER_PRUNE	4	/* the pool wants pbufs back, if no */
					/* SACK has reported them */
#define KSMOL_TCP_DEFER_SEND	5	/* it may be sent from this CPU now */
#define KSMOL_TCP_DEFER_RENEGE	6	/* the pool wants even those SACKed */

/**
 * struct ksmol_tcp_sock - a TCP socket
 * @ks: the socket, first; ks.proto is IPPROTO_TCP; ks.rxq is not used
 * @tcb: the connection
 * @timer: for ksmol_tcp_deadline(tcb); it holds a reference while pending
 * @armed: when @timer fires, in the core's microseconds
 * @clock: the core's, as it was last told; 0 = not yet
 * @tick: jiffies then, or later
 * @told: up to which number readers were told that there is data
 * @backlog: packets that came while a process owned the socket, settled
 *	already, from their transport header on; socket spinlock
 * @backlog_bytes: what they count against its limit
 * @late: the latest segment without payload for which no pbuf was left to wait
 *	in @backlog, if @has_late; socket spinlock
 * @deferred: KSMOL_TCP_DEFER_*
 * @defer_mtu, @defer_seq, @defer_err: arguments of these, of the latest
 * @listen: listener's part
 * @accept_node: child's link in its listener's accept queue
 * @parent: child: its listener until accepted, one reference
 * @ooo_node: in the list of connections with out-of-order data, so that the
 *	pool can ask for some back; that list's lock
 * @flow, @dst_gen: the route as last looked up
 * @last_dst: iface's answer; valid inside an RCU section in which @dst_gen was
 *	found equal to ksmol_route_gen
 * @has_peer: what its device sends is received on this machine
 * @takes_pages: its device takes others' pages than the pool's
 * @confirmed: jiffies at which the neighbor was last said to be alive
 * @steer: who sends its ACKs
 * @wrote: jiffies when the program last wrote
 * @tx_cpu: that sent last; @tx_out: segments in the device's hands, each with a
 *	reference; @tx_held: another CPU would like to send; @tx_lazy: until then
 *	the device is known to keep them; @tx_queued: bit 0: @tx_node is in a
 *	list, with a reference (tcp_order.c)
 * @orphan: counted by ksmol_tcp_orphans()
 * @finished: given up by all but those who hold references
 * @inq: TCP_INQ: recvmsg() tells how much is left
 * @partial: readers that have a part of what they want and sleep until more
 *	comes; written by the socket's owner
 */
struct ksmol_tcp_sock {
	struct ksmol_sock ks;
	struct ksmol_tcb tcb;
	struct timer_list timer;
	u64 armed;
	u64 clock;
	unsigned long tick;
	u32 told;
	struct ksmol_pbuf_list backlog;
	u32 backlog_bytes;
	bool has_late;
	struct ksmol_tcp_seg late;
	unsigned long deferred;
	u32 defer_mtu;
	u32 defer_seq;
	int defer_err;
	bool defer_hard;
	struct ksmol_tcp_listen listen;
	struct list_head accept_node;
	struct ksmol_tcp_sock *parent;
	struct list_head ooo_node;
	struct ksmol_flow flow;
	struct ksmol_dst last_dst;
	int dst_gen;
	bool has_peer;
	bool takes_pages;
	unsigned long confirmed;
	struct ksmol_tcp_steer steer;
	unsigned long wrote;
	int tx_cpu;
	atomic_t tx_out;
	bool tx_held;
	u64 tx_lazy;
	unsigned long tx_queued;
	struct llist_node tx_node;
	bool orphan;
	bool finished;
	bool inq;
	u32 partial;
};

static inline struct ksmol_tcp_sock *ksmol_tcp_sk(const struct sock *sk)
{
	return (struct ksmol_tcp_sock *)sk;
}

static inline struct sock *ksmol_tcp_to_sk(struct ksmol_tcp_sock *ts)
{
	return &ts->ks.inet.sk;
}

static inline struct ksmol_tcp_sock *ksmol_tcb_sock(struct ksmol_tcb *tcb)
{
	return container_of(tcb, struct ksmol_tcp_sock, tcb);
}

/* The core's clock. */
static inline u64 ksmol_tcp_now(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

/* --- small structures that stand for a connection without a socket --- */

/**
 * struct ksmol_tcp_key - the two ends
 * @scope: the interface, where the peer's address needs one to mean anything
 */
struct ksmol_tcp_key {
	struct net *net;	/* compared, never followed, not counted */
	struct ksmol_addr laddr;
	struct ksmol_addr raddr;
	__be16 lport;
	__be16 rport;
	u8 family;
	int scope;
};

/* A socket's ends. */
static inline struct ksmol_tcp_key ksmol_tcp_key(const struct ksmol_sock *ks)
{
	const struct sock *sk = &ks->inet.sk;

	return (struct ksmol_tcp_key){
		.net = sock_net(sk),
		.laddr = ks->laddr,
		.raddr = ks->raddr,
		.lport = ks->lport,
		.rport = ks->rport,
		.family = ks->family,
		.scope = ksmol_addr_scope(ks->family, &ks->raddr,
					  READ_ONCE(sk->sk_bound_dev_if)),
	};
}

enum ksmol_tcp_mini_kind {
	KSMOL_TCP_MINI_REQ,	/* SYN-RECEIVED of a listener */
	KSMOL_TCP_MINI_TW,	/* TIME-WAIT, or FIN-WAIT-2 of no program */
};

/**
 * struct ksmol_tcp_mini - common part of half-open and TIME-WAIT connections
 * @node: in the table of minis (tcp_mini.c); RCU readers, bucket lock
 * @key: both ends; @ifindex: device it is bound to, 0 = any
 * @kind: enum ksmol_tcp_mini_kind
 * @due: core microseconds of the next timer event
 * @age: in one of the lists by @due of its kind
 * @lock: the state of this one. Half-open: outside its child's socket lock;
 *	TIME-WAIT: inside all sockets'
 * @dead: it is out of the table, or about to be; @lock
 *
 * They come from a stock that is fixed at load (tcp_mini.c).
 */
struct ksmol_tcp_mini {
	struct hlist_node node;
	struct list_head age;
	struct ksmol_tcp_key key;
	u64 due;
	int ifindex;
	u8 kind;
	bool dead;
	spinlock_t lock;	/* the state of this one */
	refcount_t refs;
};

/**
 * struct ksmol_tcp_req - a half-open connection (RFC 9293 SYN-RECEIVED)
 * @mini: common part
 * @open: what is agreed so far; becomes the child's
 * @listener: one reference
 * @sent: when the SYN|ACK went out last; @retries: how often its time ran out
 * @resent: it went out more than once, so that @sent tells no round trip
 * @acked: the ACK came, but the accept queue was full or data is awaited
 * @oow_at: last answer to a segment that doesn't fit, for the rate limit
 */
struct ksmol_tcp_req {
	struct ksmol_tcp_mini mini;
	struct ksmol_tcp_open open;
	struct ksmol_tcp_sock *listener;
	u64 sent;
	u64 oow_at;
	u8 retries;
	u8 tos;
	bool acked;
	bool resent;
};

/**
 * struct ksmol_tcp_tw - TIME-WAIT (RFC 9293 3.10.7.4, RFC 1337, RFC 6191), or
 *	what waits for the peer's FIN to become that
 * @fin_wait2: it is the latter
 * @rcv_nxt, @snd_nxt, @rcv_wnd: what an ACK from here says
 * @ts_recent, @ts_recent_at, @ts_offset, @ts: timestamps, if @ts
 * @oow_at: last answer, for the rate limit
 * @port: among those of its port, which bind() asks for
 */
struct ksmol_tcp_tw {
	struct ksmol_tcp_mini mini;
	struct hlist_node port;
	u32 rcv_nxt;
	u32 snd_nxt;
	u32 rcv_wnd;
	u8 rcv_wscale;
	u8 tos;
	u8 ttl;
	bool fin_wait2;
	bool ts;
	u32 ts_recent;
	u32 ts_recent_at;
	u32 ts_offset;
	u64 oow_at;
};

/* --- tcp_mini.c: their table, bounded by tcp_conns= for each kind --- */

int ksmol_tcp_mini_init(u32 buckets, u32 max);
void ksmol_tcp_mini_exit(void);

/* RCU read side; returns a reference, or NULL. */
struct ksmol_tcp_mini *ksmol_tcp_mini_find(const struct ksmol_tcp_key *key);
void ksmol_tcp_mini_put(struct ksmol_tcp_mini *mini);

/* All TIME-WAIT and half-open connections of @net (NULL: all), or of one of
 * its interfaces, end at once. Process.
 */
void ksmol_tcp_mini_purge(struct net *net, int ifindex);
u32 ksmol_tcp_mini_count(enum ksmol_tcp_mini_kind kind);

/* --- tcp_listen.c, tcp_req.c, tcp_cookie.c, tcp_accept.c, tcp_timewait.c,
 * tcp_connect.c, tcp_isn.c: connections come and go
 */

/* A new socket's or child's listener's part. */
void ksmol_tcp_listen_init(struct ksmol_tcp_sock *ts);
int ksmol_tcp_listen(struct socket *sock, int backlog);
/* Takes a listener out of service: reqs and unaccepted children end with RST.
 * Socket owned.
 */
void ksmol_tcp_listen_stop(struct ksmol_tcp_sock *ts);

/**
 * ksmol_tcp_listen_input() - a segment for a listener without a connection
 *
 * SYN: a request or a cookie; ACK: perhaps a cookie's; RST: nothing. May end in
 * a new child, which has taken the segment. BH disabled, RCU, no lock held.
 * Return: a verdict; DELIVERED if @seg->pb was taken.
 */
int ksmol_tcp_listen_input(struct ksmol_tcp_sock *ts,
			   const struct ksmol_tcp_key *key,
			   struct ksmol_tcp_seg *seg,
			   const struct ksmol_pbuf *pb);

/* A segment for a half-open or TIME-WAIT connection; consumes the reference.
 * @reopen: set when a TIME-WAIT gave way to a SYN, which is to be looked up
 * once more. Same context and return.
 */
int ksmol_tcp_mini_input(struct ksmol_tcp_mini *mini,
			 struct ksmol_tcp_seg *seg,
			 const struct ksmol_pbuf *pb, bool *reopen);

/* tcb is in TIME_WAIT, or in FIN_WAIT2 without a program: a mini takes its place
 * in the tables. Lock held.
 */
void ksmol_tcp_timewait(struct ksmol_tcp_sock *ts, u64 now);

/* proto.accept's and proto.connect's bodies. Socket owned / not owned as
 * Linux's callers have it.
 */
struct sock *ksmol_tcp_accept(struct sock *sk, int flags, int *err);
int ksmol_tcp_connect_sk(struct sock *sk, struct sockaddr_unsized *uaddr,
			 int len);

/* RFC 6528: initial number and timestamp offset for a connection. */
u32 ksmol_tcp_isn(const struct ksmol_tcp_key *key, u64 now);
u32 ksmol_tcp_ts_offset(const struct ksmol_tcp_key *key);

/* TCP's part of ksmol_port_get(), same context and return. */
int ksmol_tcp_port_get(struct ksmol_sock *ks, const struct ksmol_addr *laddr,
		       u16 port);

/* --- tcp_sock.c: sockets' life --- */

int ksmol_tcp_init_sock(struct sock *sk);
void ksmol_tcp_destroy_sock(struct sock *sk);
void ksmol_tcp_close(struct sock *sk, long timeout);
int ksmol_tcp_disconnect(struct sock *sk, int flags);
void ksmol_tcp_shutdown_sk(struct sock *sk, int how);

/* The fields of @child that a clone of its listener must not share. */
void ksmol_tcp_child_init(struct ksmol_tcp_sock *child);

/* No program has it, or will ever have it (an unaccepted child): it is an
 * orphan until it is closed, or aborted at once if there are too many. What was
 * not read is lost. Lock held, BH disabled; call ksmol_tcp_run() next.
 */
void ksmol_tcp_forget(struct ksmol_tcp_sock *ts, u64 now);

/* An unaccepted child of a dying listener ends with a RST. Its lock held, BH
 * disabled; the caller has a reference of its own.
 */
void ksmol_tcp_child_kill(struct ksmol_tcp_sock *child);

/* Gives up what the connection's life reference stands for, if it is closed
 * and no program has it. Lock held, nobody's backlog; the caller has another
 * reference, or is in an RCU section.
 */
void ksmol_tcp_finish(struct ksmol_tcp_sock *ts);

/* The same, and for connections, too, that need no socket for what is still to
 * come. Same context, BH disabled.
 */
void ksmol_tcp_leave(struct ksmol_tcp_sock *ts);

/* Connections that no program has any more. */
u32 ksmol_tcp_orphans(void);

int ksmol_tcp_room_init(void);
void ksmol_tcp_room_exit(void);

/* --- tcp_glue.c, tcp_run.c, tcp_backlog.c, tcp_reclaim.c: core and socket --- */

/* ksmol_socket_input()'s branch for TCP. BH disabled, RCU. */
enum ksmol_verdict ksmol_tcp_socket_input(struct ksmol_iface *iface,
					  struct ksmol_pbuf *pb);

/* Sends what the core wants sent, acts on its events, arms the timer. After
 * every call into the core. Lock held, BH disabled.
 */
void ksmol_tcp_run(struct ksmol_tcp_sock *ts, u64 now);

/* One segment for an established connection; the socket is not owned, or the
 * caller owns it. Lock held, BH disabled. Return: a verdict.
 */
int ksmol_tcp_segment(struct ksmol_tcp_sock *ts, struct ksmol_tcp_seg *seg,
		      u64 now);

/* Parses the transport header at @pb's begin: 0 or a drop reason. */
int ksmol_tcp_seg_parse(struct ksmol_tcp_seg *seg, const struct ksmol_pbuf *pb);
/* Is the checksum right of what begins @hlen bytes before @pb? It remembers. */
bool ksmol_tcp_csum_check(struct ksmol_pbuf *pb, u32 hlen);
static inline bool ksmol_tcp_csum_ok(struct ksmol_pbuf *pb, u32 hlen)
{
	return pb->rx.csum_ok || ksmol_tcp_csum_check(pb, hlen);
}

/* Fills the rest of @seg, and pulls the header. */
void ksmol_tcp_seg_fill(struct ksmol_tcp_seg *seg, struct ksmol_pbuf *pb);

/* Sets up the timer. */
void ksmol_tcp_timer_init(struct ksmol_tcp_sock *ts);
/* sk_state and sk_shutdown as the core's state has them. Lock held. */
void ksmol_tcp_sync_state(struct ksmol_tcp_sock *ts);

/* The socket is owned by somebody else: @seg waits. Socket spinlock, BH
 * disabled. Return: a verdict; DELIVERED if @pb, whose header is pulled, was
 * taken.
 */
int ksmol_tcp_backlog_add(struct ksmol_tcp_sock *ts,
			  const struct ksmol_tcp_seg *seg,
			  struct ksmol_pbuf *pb);
void ksmol_tcp_backlog_purge(struct ksmol_tcp_sock *ts);
/* Takes the backlog in while the socket stays owned: for long copies. Process,
 * owned.
 */
void ksmol_tcp_flush(struct ksmol_tcp_sock *ts);

/* Keeps the list of connections with out-of-order data. Lock held. */
void ksmol_tcp_reclaim_note(struct ksmol_tcp_sock *ts);
void ksmol_tcp_reclaim_forget(struct ksmol_tcp_sock *ts);
/* Plug the two steps of ours into the pool's ladder, and take them out. */
void ksmol_tcp_reclaim_init(void);
void ksmol_tcp_reclaim_exit(void);

/* proto.release_cb: backlog and what was deferred. */
void ksmol_tcp_release_cb(struct sock *sk);

/* Does @what (KSMOL_TCP_DEFER_*) now, or when the owner lets go. BH disabled,
 * RCU or a reference.
 */
void ksmol_tcp_defer(struct ksmol_tcp_sock *ts, int what);

/* --- tcp_steer.c --- */

void ksmol_tcp_steer_init(struct ksmol_tcp_steer *steer);

/* A segment came in on @cpu. Socket spinlock. */
void ksmol_tcp_steer_input(struct ksmol_tcp_steer *steer, int cpu);

/* The program runs on @cpu. Socket's owner. */
static inline void ksmol_tcp_steer_own(struct ksmol_tcp_steer *steer, int cpu)
{
	if (unlikely(steer->own_cpu != cpu))
		WRITE_ONCE(steer->own_cpu, cpu);
}

/**
 * ksmol_tcp_steer() - which CPU shall send an ACK
 *
 * Context: BH disabled, socket lock or owner. Return: -1 for this one.
 */
int ksmol_tcp_steer(struct ksmol_tcp_steer *steer);

/* How long both CPUs have been idle so far, in microseconds; U64_MAX = nobody
 * knows.
 */
void ksmol_tcp_steer_judge(struct ksmol_tcp_steer *steer, u64 peer_idle,
			   u64 own_idle);

/* --- tcp_order.c --- */

/**
 * ksmol_tcp_order_holds() - must payload wait for another CPU's?
 *
 * Then whoever gives back the last of those frames sends on, or a timer does.
 *
 * Context: socket spinlock or owner, BH disabled.
 */
bool ksmol_tcp_order_holds(struct ksmol_tcp_sock *ts, u64 now);

/* A segment goes down: a reference for its last frame, to be given back to
 * ksmol_tcp_order_done() by whoever frees that, in any context.
 */
struct sock *ksmol_tcp_order_charge(struct ksmol_tcp_sock *ts);
void ksmol_tcp_order_done(struct sock *sk);

void ksmol_tcp_order_init(void);
void ksmol_tcp_order_exit(void);

/* --- tcp_transmit.c --- */

/* Route of the connection into last_dst, path into the tcb. RCU read side. */
int ksmol_tcp_route(struct ksmol_tcp_sock *ts);

/* Builds @out's headers and hands it down. If the device took no more than its
 * first bytes, @out is shortened to those. RCU read side, BH disabled.
 */
int ksmol_tcp_transmit(struct ksmol_tcp_sock *ts, struct ksmol_tcp_out *out);

/* A segment of no connection: RST, SYN|ACK, an ACK from TIME-WAIT.
 * @flags: KSMOL_PB_REPLY when a stranger provoked it. RCU, BH disabled.
 */
int ksmol_tcp_reply(const struct ksmol_tcp_key *key, int oif, u8 tos,
		    const struct ksmol_tcp_out *out, u8 flags);

/**
 * struct ksmol_tcp_way - where such a segment goes; valid in one RCU section
 */
struct ksmol_tcp_way {
	struct ksmol_flow flow;
	struct ksmol_dst dst;
};

/* The two halves of it, for who has to know the way. Same context and return. */
int ksmol_tcp_reply_way(const struct ksmol_tcp_key *key, int oif, u8 tos,
			struct ksmol_tcp_way *way);
int ksmol_tcp_reply_on(const struct ksmol_tcp_way *way,
		       const struct ksmol_tcp_key *key,
		       const struct ksmol_tcp_out *out, u8 flags);

/* --- tcp_sendmsg.c, tcp_recvmsg.c, tcp_splice.c, tcp_poll.c,
 * tcp_sockopt.c, tcp_info.c, tcp_error.c: the socket API
 */

int ksmol_tcp_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int ksmol_tcp_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
		      int flags);
ssize_t ksmol_tcp_splice_read(struct socket *sock, loff_t *ppos,
			      struct pipe_inode_info *pipe, size_t len,
			      unsigned int flags);
__poll_t ksmol_tcp_poll(struct file *file, struct socket *sock,
			struct poll_table_struct *table);
int ksmol_tcp_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);
/* SOL_TCP's options; SOL_SOCKET and IPPROTO_IP go on to the common ones. */
int ksmol_tcp_setsockopt(struct socket *sock, int level, int name,
			 sockptr_t val, unsigned int len);
int ksmol_tcp_getsockopt(struct socket *sock, int level, int name,
			 char __user *val, int __user *len);
/* May the program write? If not, a wake-up will follow. Socket lock not
 * needed.
 */
bool ksmol_tcp_writable(struct ksmol_tcp_sock *ts);
/* demux.error for TCP. Return: whether the connection exists. */
bool ksmol_tcp_error_input(struct net *net, const struct ksmol_icmp_error *err);
/* After the core released send-queue bytes or the pool has room again. */
void ksmol_tcp_write_space(struct ksmol_tcp_sock *ts);
/* SO_RCVBUF or SO_SNDBUF changed, or the socket is new. */
void ksmol_tcp_sync_buffers(struct ksmol_tcp_sock *ts);

/* What SOL_SOCKET's options say, which Linux keeps in sk: buffers, SO_OOBINLINE,
 * SO_MAX_PACING_RATE. Linux doesn't tell of a change: whoever acts on them
 * calls this first. Socket owned.
 */
void ksmol_tcp_sync_options(struct ksmol_tcp_sock *ts);

/* proto_ops.splice_eof, proto_ops.set_rcvlowat, proto.keepalive. */
void ksmol_tcp_splice_eof(struct socket *sock);
int ksmol_tcp_set_rcvlowat(struct sock *sk, int val);
void ksmol_tcp_set_keepalive(struct sock *sk, int val);

struct tcp_info;
void ksmol_tcp_info(struct ksmol_tcp_sock *ts, struct tcp_info *info);

/* --- tcp_recvmsg.c: what all readers of the receive queue share. Process,
 * socket owned, BH enabled.
 */

/* The program has what stands before @seq: adds pbufs that are read to @done. */
void ksmol_tcp_consume(struct ksmol_tcp_sock *ts, u32 seq,
		       struct ksmol_pbuf_list *done);
/* Frees them, and lets the core announce the room. */
void ksmol_tcp_consumed(struct ksmol_tcp_sock *ts,
			struct ksmol_pbuf_list *done);
/* There is nothing to read. Return: 1 if one may wait for it, 0 at the end of
 * file, or an error.
 */
int ksmol_tcp_may_wait(struct ksmol_tcp_sock *ts, long timeo);
/* Sleeps until something comes, without the socket: 0, or -EPIPE if that was
 * disconnected.
 */
int ksmol_tcp_wait_data(struct ksmol_tcp_sock *ts, long *timeo);

/* --- tcp_poll.c --- */

/* Are there @target bytes to read, or can't there be more? For poll() and for
 * waking the reader. Socket lock not needed.
 */
bool ksmol_tcp_ready(const struct ksmol_tcp_sock *ts, int target);

/* --- tcp_room.c: room in the send queue --- */

/* Bytes that may be queued now: none above TCP_NOTSENT_LOWAT, else as many as
 * SO_SNDBUF allows. @fresh: queued bytes that the core has not been offered yet,
 * which it therefore can't have sent.
 */
u32 ksmol_tcp_room(const struct ksmol_tcp_sock *ts, u32 fresh);

/* A pbuf for the send queue, empty, or NULL: the pool has none, or this stream
 * has its share; a wake-up of the pool's tx_wait or of the socket will follow.
 * @want: bytes that are there to be sent; much gets a large one, if there is one.
 * Process.
 */
struct ksmol_pbuf *ksmol_tcp_page(struct ksmol_tcp_sock *ts, u32 want);

/* Whoever finds no room asks, through this, to be woken. Process. */
void ksmol_tcp_nospace(struct sock *sk);

#endif /* _KSMOL_SOCKET_TCP_SOCK_H */
