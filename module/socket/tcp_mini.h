/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files for connections without a socket, and for those that come
 * from them, call of one another.
 */
#ifndef _KSMOL_SOCKET_TCP_MINI_H
#define _KSMOL_SOCKET_TCP_MINI_H

#include "tcp_sock.h"

/*
 * Deadlines of a kind stand in lists, one for each interval they were set by:
 * half-open connections double theirs from one second on, TIME-WAIT has one,
 * FIN-WAIT-2 has those of TCP_LINGER2 (ksmol_tcp_finwait_level()).
 */
#define KSMOL_TCP_MINI_LEVELS 8

/* A segment that doesn't fit is answered twice a second at most. */
#define KSMOL_TCP_OOW_INTERVAL (500 * USEC_PER_MSEC)

static inline struct ksmol_tcp_req *ksmol_tcp_mini_req(struct ksmol_tcp_mini *m)
{
	return container_of(m, struct ksmol_tcp_req, mini);
}

static inline struct ksmol_tcp_tw *ksmol_tcp_mini_tw(struct ksmol_tcp_mini *m)
{
	return container_of(m, struct ksmol_tcp_tw, mini);
}

/* --- tcp_mini.c --- */

/**
 * ksmol_tcp_mini_get() - one out of the stock, zeroed but for its kind
 *
 * Of TIME-WAITs the oldest gives way when none is left.
 * Context: BH disabled. Return: it, with one reference, or NULL.
 */
struct ksmol_tcp_mini *ksmol_tcp_mini_get(enum ksmol_tcp_mini_kind kind);

/**
 * ksmol_tcp_mini_add() - into the table, which takes a reference of its own
 * @level: list of deadlines; all of one level come after the same interval
 *
 * Context: BH disabled. Return: 0, or -EEXIST when its key is taken.
 */
int ksmol_tcp_mini_add(struct ksmol_tcp_mini *mini, u8 level, u64 due);

/* Another deadline; later than all of @level so far. mini->lock held. */
void ksmol_tcp_mini_arm(struct ksmol_tcp_mini *mini, u8 level, u64 due);

/* Takes it out of the table, once. mini->lock held, and a reference. Return:
 * false if somebody else did.
 */
bool ksmol_tcp_mini_kill(struct ksmol_tcp_mini *mini);

/* The same without the lock. */
bool ksmol_tcp_mini_end(struct ksmol_tcp_mini *mini);

/* Shows all of @kind to @fn until it returns false. They may change meanwhile, or
 * be gone: nobody waits for who looks. Process.
 */
void ksmol_tcp_mini_show(enum ksmol_tcp_mini_kind kind,
			 bool (*fn)(const struct ksmol_tcp_mini *mini,
				    void *arg), void *arg);

/* Calls @fn for every one that @match picks, with a reference. Process. */
void ksmol_tcp_mini_each(bool (*match)(const struct ksmol_tcp_mini *mini,
				       const void *arg),
			 void (*fn)(struct ksmol_tcp_mini *mini, u64 now),
			 const void *arg);

/* Is a TIME-WAIT on that port, at an address that @laddr overlaps? @family:
 * AF_UNSPEC for the wildcard of both.
 */
bool ksmol_tcp_mini_port(const struct net *net, u8 family,
			 const struct ksmol_addr *laddr, __be16 lport);

/* Acts on all deadlines of @kind up to @now. BH disabled, RCU. */
void ksmol_tcp_mini_expire(enum ksmol_tcp_mini_kind kind, u64 now);

/* --- tcp_req.c: half-open connections --- */

/**
 * ksmol_tcp_req_syn() - a SYN for a listener (RFC 9293 3.10.7.2)
 * @iss: initial number it insists on, or NULL
 *
 * Context: BH disabled, RCU. Return: a verdict.
 */
int ksmol_tcp_req_syn(struct ksmol_tcp_sock *ts,
		      const struct ksmol_tcp_key *key,
		      const struct ksmol_tcp_seg *seg, const u32 *iss, u64 now);

/* A segment for a half-open connection; see ksmol_tcp_mini_input(). */
int ksmol_tcp_req_input(struct ksmol_tcp_req *req, struct ksmol_tcp_seg *seg,
			bool *reopen, u64 now);

/* Its deadline came. */
void ksmol_tcp_req_timer(struct ksmol_tcp_req *req, u64 now);

/* Its listener goes: RST. For ksmol_tcp_mini_each(). */
void ksmol_tcp_req_reset(struct ksmol_tcp_mini *mini, u64 now);

/* The SYN|ACK that @open stands for. @tsval: our time stamp. */
int ksmol_tcp_synack(const struct ksmol_tcp_sock *ts,
		     const struct ksmol_tcp_key *key,
		     const struct ksmol_tcp_open *open, u8 tos, u32 tsval);

/* The RST that @seg deserves, if any (RFC 9293 3.10.7.1). @oif: way back. */
void ksmol_tcp_refuse(const struct ksmol_tcp_key *key,
		      const struct ksmol_tcp_seg *seg, int oif);

/* --- tcp_cookie.c --- */

/* Largest segment sizes that a cookie can tell. */
#define KSMOL_TCP_COOKIE_MSS 8

/**
 * ksmol_tcp_cookie_make() - all that a SYN said, in our answer's numbers
 * @open: irs, opts, wscale, mss, ecn and ts_offset as agreed; sets iss, and
 *	cuts mss
 *
 * Return: the time stamp to be sent, if there are time stamps.
 */
u32 ksmol_tcp_cookie_make(const struct ksmol_tcp_key *key,
			  struct ksmol_tcp_open *open, u64 now);

/* Does @seg acknowledge a cookie of the last minutes? Fills irs, iss, mss,
 * opts, wscale, ecn, ts_recent and ts_offset.
 */
bool ksmol_tcp_cookie_check(const struct ksmol_tcp_key *key,
			    const struct ksmol_tcp_seg *seg,
			    struct ksmol_tcp_open *open, u64 now);

/* --- tcp_accept.c --- */

/**
 * ksmol_tcp_child() - a handshake is complete: make its socket
 *
 * Context: BH disabled, RCU. Return: the child, its spinlock held, with a
 * reference for the caller; it is in the tables and in the accept queue. Or
 * an error pointer: -EAGAIN (accept queue full), -EEXIST (another CPU made
 * it), -ENOMEM or what the route says, -EPIPE (listener gone).
 */
struct ksmol_tcp_sock *ksmol_tcp_child(struct ksmol_tcp_sock *ts,
				       const struct ksmol_tcp_key *key,
				       const struct ksmol_tcp_open *open,
				       u64 now);

/* The ACK that completed it goes to the child, the listener is woken; drops
 * lock and reference. Return: a verdict.
 */
int ksmol_tcp_child_start(struct ksmol_tcp_sock *ts,
			  struct ksmol_tcp_sock *child,
			  struct ksmol_tcp_seg *seg, u64 now);

/* The drop reason that stands for an error of ksmol_tcp_child(). */
int ksmol_tcp_child_reason(long err);

/* Is there no more room? A queue holds one more than the backlog, as Linux. */
static inline bool ksmol_tcp_accept_full(const struct ksmol_tcp_sock *ts)
{
	return READ_ONCE(ts->listen.nr_accept) > READ_ONCE(ts->listen.backlog);
}

/* --- tcp_timewait.c --- */

int ksmol_tcp_tw_input(struct ksmol_tcp_tw *tw, struct ksmol_tcp_seg *seg,
		       const struct ksmol_pbuf *pb, bool *reopen, u64 now);

/**
 * ksmol_tcp_tw_reuse() - may connect() have these ends again (RFC 6191)
 * @chosen: the port was chosen by us
 * @iss: set to a number beyond all that were used
 *
 * Context: BH disabled. Return: 0 when nobody had them; 1 when a TIME-WAIT
 * has given way; -EADDRNOTAVAIL.
 */
int ksmol_tcp_tw_reuse(const struct ksmol_tcp_key *key, bool chosen, u32 *iss,
		       u64 now);

/* An ACK that says where we are. */
void ksmol_tcp_tw_ack(const struct ksmol_tcp_tw *tw, u64 now);
/* May what doesn't fit be answered once more? mini.lock held. */
bool ksmol_tcp_tw_may_answer(struct ksmol_tcp_tw *tw, u64 now);

/* --- tcp_finwait.c --- */

/* The list of deadlines for a FIN that is awaited for @linger2 microseconds;
 * @wait is set to its interval, the next of a second, 2, 4, ... and 60.
 */
u8 ksmol_tcp_finwait_level(u64 linger2, u64 *wait);

/**
 * ksmol_tcp_finwait_input() - a segment for what may be in FIN-WAIT-2
 *
 * Context: BH disabled, RCU. Return: false if it is not (any more).
 */
bool ksmol_tcp_finwait_input(struct ksmol_tcp_tw *tw,
			     const struct ksmol_tcp_seg *seg, int *verdict,
			     u64 now);

/* --- tcp_port.c --- */

/**
 * ksmol_tcp_port_search() - try ports at random until one suits (RFC 6056)
 * @try: 0 takes it, -EADDRINUSE or -EADDRNOTAVAIL asks for another
 *
 * Context: process. Return: 0, what @try said, or -EADDRNOTAVAIL when none is
 * left.
 */
int ksmol_tcp_port_search(struct ksmol_sock *ks,
			  int (*try)(struct ksmol_sock *ks, __be16 port,
				     void *arg), void *arg);

/* --- tcp_isn.c --- */

/* A hash of both ends and @salt that no peer can foresee. */
u64 ksmol_tcp_hash(const struct ksmol_tcp_key *key, u64 salt);

#endif /* _KSMOL_SOCKET_TCP_MINI_H */
