/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packet scripts: TCP's core against a virtual clock, one event a line.
 *
 *	0       open passive mss 1000 sack	# ESTABLISHED when it is done
 *	+0      write 2500
 *	+0      > . 1:1001(1000) ack 1		# the core must send this, now
 *	+0      > . 1001:2001(1000) ack 1
 *	+10ms   < . 1 ack 2001			# this arrives
 *	+0      > P. 2001:2501(500) ack 1
 *	+200ms~50ms > P. 2001:2501(500) ack 1	# within 50 ms of that moment
 *	+0      cwnd 1000 ; ca LOSS
 *	+1s     quiet				# nothing was sent meanwhile
 *
 * A line is a time, absolute or after the line before, and an event. Times have
 * a unit (us, ms, s); a segment may come 2 ms, or what stands behind ~, earlier
 * or later. All that the core sends must stand in the script, in its order ("> *"
 * may stand in another), before anything else happens. The clock runs to a
 * line's time, timers expire on the way. Numbers of sequence space are relative
 * to the initial ones, as tcpdump prints them. A number that is checked may be
 * a range (10..20) or a bound (<20, >10).
 *
 * Segments: FLAGS SEQ[:END(LEN)] [ack N] [win N] [urg N] [<options>] ...
 *	FLAGS	of S F R P . U E W (. is ACK; P is looked at only if it is there)
 *	win	the field of the header, unscaled; what arrives repeats the last
 *	options	mss N, sackOK, wscale [N], ts, val N, ecr N, nots, sack A-B ...
 *		Timestamps, once negotiated, are added to what arrives. SACK
 *		blocks sent must be listed
 *	arriving: ce, ect (IP header), segs N (merged of so many), nopb (the
 *		payload may not be kept)
 *	sent: ect, noect, tlp, probe, rexmit, bare
 *
 * Events:
 *	open passive|active KEY...	connection set up; KEYs below
 *	connect KEY...			active open; the script shows the handshake
 *	accept KEY...			passive, the last ACK is the script's
 *	write N [more] [urgent]		read N|all
 *	shutdown  shutread  close  abort  orphan  kill
 *	set NAME N			a choice or a field, see tcp_script_field.c
 *	path MTU			the route has another MTU
 *	pmtu SEQ MTU			ICMP: too big
 *	icmp SEQ ERROR hard|soft	ICMP: unreachable
 *	fail N [ENOBUFS]		the next N sends can't be
 *	pool N				leaves N received pbufs, with - all again
 *	prune N				the pool wants N pbufs back
 *	stray SEGMENT			a segment of no connection
 *	repeat N < SEGMENT		it arrives so often, what is sent is
 *					forgotten
 *	skip				forget what was sent until now
 *	quiet
 * KEYs: mss N, win N, wscale N, sack, ts, ecn, iss N, irs N, rtt TIME, mtu N,
 *	gso N, rcvbuf N, sndbuf N, cc NAME, nodelay, cwnd N, ssthresh N
 *
 * Checks (several on a line, separated by ;):
 *	state NAME  ca NAME  err NAME|0  events NAME...  noevents NAME...
 *	verdict NAME	of the last segment that arrived
 *	timer NAME on|off
 *	count NAME N	TCP counter since the script began
 *	NAME N		a field: cwnd, ssthresh, una, nxt, rto, ...
 */
#ifndef _KSMOL_KUNIT_TCP_SCRIPT_H
#define _KSMOL_KUNIT_TCP_SCRIPT_H

#include <kunit/test.h>
#include "../module/socket/tcp.h"

/* A script and the case's name: what the parameter tables consist of. */
struct tcp_script_case {
	const char *name;
	const char *text;
};

void tcp_script_desc(const struct tcp_script_case *script, char *desc);

/* Runs test->param_value. */
void tcp_script_test(struct kunit *test);

/* A table as a case of its name, each of its scripts as one parameter. */
#define TCP_SCRIPT_TABLE(table)						\
	static void table(struct kunit *test)				\
	{								\
		tcp_script_test(test);					\
	}								\
	KUNIT_ARRAY_PARAM(table, table##_scripts, tcp_script_desc)

#define TCP_SCRIPT_CASE(table)	KUNIT_CASE_PARAM(table, table##_gen_params)

/* --- the runner's own --- */

#define TCP_SCRIPT_BOX	128

/**
 * struct tcp_script_sent - a segment that the core sent
 * @out: as it gave it; its pbuf may be gone
 * @at: when
 */
struct tcp_script_sent {
	struct ksmol_tcp_out out;
	u64 at;
};

/**
 * struct tcp_script_seg - a segment as a script has it; numbers absolute
 * @has: which parts are there, TCP_SCRIPT_HAS_*
 * @win_lo, @win_hi: header field
 * @kind: enum ksmol_tcp_out_kind, or -1
 */
struct tcp_script_seg {
	struct ksmol_tcp_header h;
	u32 len;
	u32 has;
	s64 win_lo;
	s64 win_hi;
	u16 segs;
	int kind;
};

#define TCP_SCRIPT_HAS_ACK	0x0001
#define TCP_SCRIPT_HAS_WIN	0x0002
#define TCP_SCRIPT_HAS_URG	0x0004
#define TCP_SCRIPT_HAS_OPTS	0x0008
#define TCP_SCRIPT_HAS_TSVAL	0x0010
#define TCP_SCRIPT_HAS_TSECR	0x0020
#define TCP_SCRIPT_HAS_NOTS	0x0040
#define TCP_SCRIPT_HAS_WSCALE	0x0080
#define TCP_SCRIPT_HAS_CE	0x0100
#define TCP_SCRIPT_HAS_ECT	0x0200
#define TCP_SCRIPT_HAS_NOECT	0x0400
#define TCP_SCRIPT_HAS_TLP	0x0800
#define TCP_SCRIPT_HAS_NOPB	0x1000

/**
 * struct tcp_script - a run
 * @start, @now, @base: when it began, the clock, what + is relative to
 * @at, @slack: the line's time and tolerance
 * @iss, @irs: initial numbers
 * @tok, @tok_len: the word being looked at
 * @line: number of the line; @text: where it begins
 * @box, @boxed: sent, not yet expected
 * @win: window field that the peer announces
 * @ts_seen: newest TSval that the peer saw
 * @edge: right edge that we announced, if @edged
 * @fails, @fail_err: sends to fail
 * @chunk: bytes that a send pbuf gets
 * @held: pbufs taken away
 * @verdict: of the last input
 * @recs: records in use when it began
 * @failed, @why: the first thing that went wrong
 * @log, @log_len: what happened so far
 */
struct tcp_script {
	struct kunit *test;
	struct ksmol_tcb tcb;
	struct ksmol_pool pool;
	u64 start;
	u64 now;
	u64 base;
	u64 at;
	u64 slack;
	u32 iss;
	u32 irs;
	const char *tok;
	u32 tok_len;
	u32 line;
	const char *text;
	struct tcp_script_sent box[TCP_SCRIPT_BOX];
	u32 boxed;
	bool opened;
	bool skipping;
	u16 win;
	u32 ts_seen;
	u32 edge;
	bool edged;
	u32 fails;
	int fail_err;
	u32 chunk;
	struct ksmol_pbuf_list held;
	int verdict;
	u32 recs;
	u64 counts[KSMOL_NR_TCP_COUNTERS];
	bool failed;
	char why[400];
	char log[8192];
	u32 log_len;
};

/* tcp_script_lex.c: words, numbers, the record of what happened */
__printf(2, 3) void script_fail(struct tcp_script *s, const char *fmt, ...);
__printf(2, 3) void script_log(struct tcp_script *s, const char *fmt, ...);
void script_next(struct tcp_script *s);
bool script_is(const struct tcp_script *s, const char *word);
bool script_accept(struct tcp_script *s, const char *word);
bool script_more(const struct tcp_script *s);
s64 script_number(struct tcp_script *s);
void script_range(struct tcp_script *s, s64 *lo, s64 *hi);
bool script_seq(struct tcp_script *s, u32 *seq, u32 *len);
bool script_block(struct tcp_script *s, struct ksmol_tcp_range *range);
/* Index of the word in @names, or -1 and a failure. */
int script_name(struct tcp_script *s, const char * const *names, int count);
void script_time(struct tcp_script *s);

/* tcp_script_seg.c: segments, read, compared and shown */
void script_seg_parse(struct tcp_script *s, struct tcp_script_seg *seg,
		      u32 seq_base, u32 ack_base);
bool script_seg_match(struct tcp_script *s, const struct tcp_script_seg *seg,
		      const struct tcp_script_sent *sent, const char **what);
void script_show(const struct tcp_script *s, char *buf, size_t size,
		 const struct ksmol_tcp_header *h, u32 len, bool in);

/* tcp_script_run.c: the clock, what arrives, what is sent */
u8 script_byte(u32 seq);
void script_pump(struct tcp_script *s);
void script_advance(struct tcp_script *s);
void script_arrive(struct tcp_script *s, const struct tcp_script_seg *seg);
void script_expect(struct tcp_script *s);
void script_input(struct tcp_script *s, struct ksmol_tcp_seg *seg, bool keep);
void script_keep(struct tcp_script *s, const struct ksmol_tcp_out *out);

/* tcp_script.c: what a program does; the run's beginning and end. Begin and
 * end with bottom halves enabled, the rest between them with BH disabled.
 */
void script_write(struct tcp_script *s, u32 len);
void script_read(struct tcp_script *s, u32 len);
int script_begin(struct tcp_script *s, struct kunit *test);
void script_close(struct tcp_script *s);
void script_end(struct tcp_script *s);

/* tcp_script_check.c: what must hold after each step */
void script_check(struct tcp_script *s);
void script_check_out(struct tcp_script *s, const struct ksmol_tcp_out *out);

/* tcp_script_open.c: connections set up */
bool script_open(struct tcp_script *s);

/* tcp_script_state.c: what has a name of its own. An errno by name, or 0. */
bool script_state_check(struct tcp_script *s);
int script_error(struct tcp_script *s);

/* tcp_script_field.c: fields and choices by name */
bool script_field_check(struct tcp_script *s);
void script_field_set(struct tcp_script *s);

#endif /* _KSMOL_KUNIT_TCP_SCRIPT_H */
