// SPDX-License-Identifier: GPL-2.0-only
/*
 * The window we announce: what the buffer and the pool have room for, never
 * less than was announced before (RFC 9293 3.8.6, RFC 7323 2); and the size of
 * the buffer, which follows what the program reads.
 */

#include <linux/math.h>
#include <linux/sizes.h>
#include <ksmol/compat.h>
#include "tcp.h"

#define WINDOW_MAX	65535U	/* of a SYN, and without a scale */
#define ETHERNET_MSS	1460U	/* before anything is known */

/* A map's memory is larger than the payload in it, by this factor about. */
#define TRUESIZE_FACTOR	2

/*
 * Half of what is free, so that what others are about to take is not promised
 * as well, and not more than ksmol_pbuf_may_queue() will grant to the last one:
 * each that comes lengthens the queue and shortens the stock that bounds it, and
 * is out of the stock already when it asks. What may yet be stranded in the CPUs'
 * caches is no part of it.
 */
static u32 pool_pbufs(const struct ksmol_pool *pool, u32 held)
{
	u32 sure = ksmol_pool_sure(pool);
	u32 free, share;

	if (sure <= 1)
		return 0;
	free = sure - 1;
	share = KSMOL_QUEUE_SHARE * free;
	if (share <= held)
		return 0;
	return min(DIV_ROUND_UP(free, 2),
		   DIV_ROUND_UP(share - held, KSMOL_QUEUE_SHARE + 1));
}

static u64 pool_bytes(const struct ksmol_pool *pool)
{
	s64 room = pool->cfg.rx_bytes - atomic64_read(&pool->bytes);

	return room > 0 ? room / TRUESIZE_FACTOR : 0;
}

/* Bytes beyond rcv_nxt that the pool can hold for us as things are. */
static u32 pool_room(const struct ksmol_tcb *tcb)
{
	u32 held = tcb->rcvq.count + tcb->ooo_pbufs;
	u32 mss = max_t(u32, tcb->rcv_mss, KSMOL_TCP_MSS_DEFAULT);
	u64 room = (u64)pool_pbufs(tcb->pool, held) * (tcb->rcv_fill ?: mss);

	room = min(room, pool_bytes(tcb->pool)) + tcb->ooo_bytes;
	/*
	 * Who holds nothing may always try with one segment: nobody would tell
	 * it when others give something back.
	 */
	if (!held)
		room = max_t(u64, room, mss);
	return min_t(u64, room, U32_MAX);
}

/* Nor more than buffer and clamp leave, nor than the field can say. */
static u32 free_space(const struct ksmol_tcb *tcb)
{
	u32 used = ksmol_tcp_readable(tcb);
	u32 room = tcb->cfg.rcvbuf > used ? tcb->cfg.rcvbuf - used : 0;

	if (tcb->cfg.window_clamp)
		room = min(room, tcb->cfg.window_clamp);
	room = min(room, pool_room(tcb));
	return min(room, WINDOW_MAX << tcb->rcv_wscale);
}

/* RFC 9293 3.8.6.2.2: a step worth telling of. */
static u32 sws_step(const struct ksmol_tcb *tcb)
{
	return clamp_t(u32, tcb->rcv_mss, 1, max(tcb->cfg.rcvbuf / 2, 1U));
}

/*
 * A peer with much to send does not send less than a segment but by a timer of
 * its own (RFC 9293 3.8.6.2.1): a window that could be one segment must be, even
 * if it grows by less and what the field can't say is rounded up.
 */
static bool one_segment(const struct ksmol_tcb *tcb, u32 wnd)
{
	return ksmol_tcp_rcv_room(tcb) < tcb->rcv_mss && wnd >= tcb->rcv_mss;
}

u32 ksmol_tcp_window(struct ksmol_tcb *tcb)
{
	u32 unit = 1U << tcb->rcv_wscale;
	u32 now = ksmol_tcp_rcv_room(tcb);
	u32 free = free_space(tcb), wnd;

	/*
	 * If the right edge stays where it is, the window is rounded up, since
	 * rounded down it would go back (RFC 7323 2.4).
	 */
	wnd = min(round_up(now, unit), WINDOW_MAX << tcb->rcv_wscale);
	if (free >= now && free - now >= sws_step(tcb))
		wnd = max(wnd, round_down(free, unit));
	if (one_segment(tcb, free))
		wnd = max_t(u32, wnd, round_up(tcb->rcv_mss, unit));
	tcb->rcv_max_wnd = max(tcb->rcv_max_wnd, wnd);
	return wnd;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_window);

u16 ksmol_tcp_window_field(const struct ksmol_tcb *tcb, u32 window, bool syn)
{
	/* RFC 7323 2.2: the window of a SYN is never scaled */
	if (!syn)
		window >>= tcb->rcv_wscale;
	return min(window, WINDOW_MAX);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_window_field);

/*
 * The shift must do for the largest buffer there may ever be; it can't be
 * changed. What the SYN announces can't be more than 64 KiB in any case.
 */
void ksmol_tcp_window_init(const struct ksmol_tcp_config *cfg,
			   const struct ksmol_pool *pool, u32 *wnd, u8 *wscale)
{
	u32 most = max(cfg->rcvbuf, cfg->rcvbuf_max);
	u32 room = cfg->rcvbuf;
	u64 pbufs;

	if (cfg->window_clamp) {
		most = min(most, cfg->window_clamp);
		room = min(room, cfg->window_clamp);
	}
	*wscale = 0;
	while (cfg->wscaling && *wscale < KSMOL_TCP_MAX_WSCALE &&
	       most >> *wscale > WINDOW_MAX)
		(*wscale)++;

	pbufs = max(pool_pbufs(pool, 0), 1U);
	room = min_t(u64, room, pbufs * ETHERNET_MSS);
	*wnd = min(room, WINDOW_MAX);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_window_init);

/*
 * The least of the last one or two periods. A sample holds the pauses of the
 * peer's program and of ours as well; too long a round trip makes the buffer grow
 * to many times what is on the way, and out of the CPUs' caches.
 */
#define RTT_PERIOD	USEC_PER_SEC

static void rtt_sample(struct ksmol_tcb *tcb, u64 us, u64 now)
{
	u32 m = clamp_t(u64, us, 1, KSMOL_TCP_RTO_MAX);

	if (!tcb->rcv_rtt_least || m < tcb->rcv_rtt_least)
		tcb->rcv_rtt_least = m;
	if (!tcb->rcv_rtt || m < tcb->rcv_rtt)
		tcb->rcv_rtt = m;
	if (now - tcb->rcv_rtt_since < RTT_PERIOD)
		return;
	tcb->rcv_rtt = tcb->rcv_rtt_least;
	tcb->rcv_rtt_least = 0;
	tcb->rcv_rtt_since = now;
}

/*
 * Time stamps count milliseconds; what takes microseconds can be told only of one
 * whose first sending is known.
 */
void ksmol_tcp_rcv_rtt_sent(struct ksmol_tcb *tcb, u32 tsval, u64 now)
{
	if (tsval == tcb->rcv_rtt_ts)
		return;
	tcb->rcv_rtt_ts = tsval;
	if (tcb->rcv_rtt_at)
		return;
	tcb->rcv_rtt_seq = tsval;
	tcb->rcv_rtt_at = now ?: 1;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rcv_rtt_sent);

/* It comes back with data, or else the next does. */
static bool is_echo(const struct ksmol_tcb *tcb,
		    const struct ksmol_tcp_seg *seg)
{
	return tcb->rcv_rtt_at && seg->mss >= tcb->rcv_mss &&
	       !ksmol_seq_before(seg->h.tsecr, tcb->rcv_rtt_seq);
}

static void rtt_by_timestamp(struct ksmol_tcb *tcb,
			     const struct ksmol_tcp_seg *seg, u64 now)
{
	if (!is_echo(tcb, seg))
		return;
	rtt_sample(tcb, now - tcb->rcv_rtt_at, now);
	tcb->rcv_rtt_at = 0;
}

/* A window's worth takes a round trip at least: the shortest counts. */
static void rtt_by_window(struct ksmol_tcb *tcb, u64 now)
{
	u64 us = now - tcb->rcv_rtt_at;

	if (tcb->rcv_rtt_at) {
		if (ksmol_seq_before(tcb->rcv_nxt, tcb->rcv_rtt_seq))
			return;
		if (!tcb->rcv_rtt || us < tcb->rcv_rtt)
			tcb->rcv_rtt = clamp_t(u64, us, 1, KSMOL_TCP_RTO_MAX);
	}
	tcb->rcv_rtt_seq = tcb->rcv_nxt + tcb->rcv_wnd;
	tcb->rcv_rtt_at = now;
}

bool ksmol_tcp_rcv_rtt_ends(const struct ksmol_tcb *tcb,
			    const struct ksmol_tcp_seg *seg)
{
	return tcb->cfg.rcvbuf < tcb->cfg.rcvbuf_max &&
	       (!(tcb->flags & KSMOL_TCP_F_TS) || is_echo(tcb, seg));
}

void ksmol_tcp_rcv_rtt(struct ksmol_tcb *tcb, const struct ksmol_tcp_seg *seg,
		       u64 now)
{
	if (tcb->cfg.rcvbuf >= tcb->cfg.rcvbuf_max)
		return;
	if (!(tcb->flags & KSMOL_TCP_F_TS))
		rtt_by_window(tcb, now);
	else if (seg->h.opts & KSMOL_TCP_OPT_TS)
		rtt_by_timestamp(tcb, seg, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_rcv_rtt);

/*
 * Room for what is read in a round trip and for what is on its way meanwhile. The
 * sender may double both by the next: as much again. Where a round trip is short
 * what that gains is over in milliseconds, and what it costs remains: the more is
 * on its way, the less of it is still in the CPUs' caches (Linux: tcp_rcvbuf_grow(),
 * the sysctl tcp_rcvbuf_low_rtt). What they hold in any case is granted all the
 * same: with less, the peer of a program that reads much at a time waits for each
 * read.
 */
#define SHORT_RTT	1024U	/* microseconds */
#define SHORT_ROOM	SZ_512K

static u64 room_for(const struct ksmol_tcb *tcb, u32 copied)
{
	u64 room = 2 * (u64)copied;
	u64 more = room * min(tcb->rcv_rtt, SHORT_RTT) / SHORT_RTT;

	return max(room + more, min_t(u64, 2 * room, SHORT_ROOM));
}

/* Once per round trip: did the program read more than in any before? */
static void tune(struct ksmol_tcb *tcb, u64 now)
{
	u32 copied = tcb->copied_seq - tcb->tune_seq;

	if (tcb->tune_at &&
	    (!tcb->rcv_rtt || (s64)(now - tcb->tune_at) < tcb->rcv_rtt))
		return;
	if (tcb->tune_at && copied > tcb->tune_space) {
		tcb->cfg.rcvbuf = clamp_t(u64, room_for(tcb, copied),
					  tcb->cfg.rcvbuf, tcb->cfg.rcvbuf_max);
		tcb->tune_space = copied;
	}
	tcb->tune_seq = tcb->copied_seq;
	tcb->tune_at = now ?: 1;
}

/*
 * Has the window opened so far that a waiting peer should know? That is when it
 * has doubled, by a segment at least (RFC 9293 3.8.6.2.2), or has become one:
 * where the pool has room for no more than one at a time, each is asked for as
 * soon as the last is read, instead of by the peer's next probe.
 */
static bool window_opened(struct ksmol_tcb *tcb)
{
	u32 now = ksmol_tcp_rcv_room(tcb);
	u32 half = max(tcb->cfg.rcvbuf / 2, 1U);
	u32 wnd, opened;

	/* The peer isn't waiting: the next ACK will do */
	if (now >= half)
		return false;
	wnd = ksmol_tcp_window(tcb);
	opened = wnd - now;
	return opened >= half || (opened >= tcb->rcv_mss && opened >= now) ||
	       one_segment(tcb, wnd);
}

/* Did an ACK wait for the program to read? */
static bool ack_owed(const struct ksmol_tcb *tcb)
{
	u32 unacked = tcb->rcv_nxt - tcb->rcv_wup;

	if (!(tcb->ack & KSMOL_TCP_ACK_DELAYED))
		return false;
	/*
	 * Read at once and all of it, and no answer came from the program so
	 * far: a peer with Nagle may be waiting for the ACK of a small segment.
	 */
	if (unacked < tcb->rcv_mss)
		return !tcb->pingpong && tcb->copied_seq == tcb->rcv_nxt;
	return unacked > tcb->rcv_mss;
}

void ksmol_tcp_read(struct ksmol_tcb *tcb, u64 now)
{
	if (tcb->cfg.rcvbuf < tcb->cfg.rcvbuf_max)
		tune(tcb, now);
	/* After their FIN, no window matters any more */
	if (tcb->flags & KSMOL_TCP_F_FIN_IN || tcb->state == TCP_CLOSE)
		return;
	if (ack_owed(tcb) || window_opened(tcb))
		tcb->ack |= KSMOL_TCP_ACK_NOW;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_read);
