// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of level IPPROTO_TCP, with the ranges and errors of Linux's. What
 * Linux keeps in sk for all protocols (SOL_SOCKET) is mirrored into the tcb by
 * tcp_room.c.
 */

#include <linux/capability.h>
#include <linux/sockptr.h>
#include <linux/tcp.h>
#include <net/inet_ecn.h>
#include <net/tcp.h>
#include <ksmol/compat.h>
#include "tcp_sock.h"

/* --- acting on a live connection --- */

static bool opt_open(const struct sock *sk)
{
	return !((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN));
}

/* Lets the core act on a choice that changed. Socket owned. */
static void opt_run(struct ksmol_tcp_sock *ts)
{
	if (!opt_open(ksmol_tcp_to_sk(ts)))
		return;
	local_bh_disable();
	ksmol_tcp_run(ts, ksmol_tcp_now());
	local_bh_enable();
}

/* What is queued goes out now, cork or not. */
static void opt_push(struct ksmol_tcp_sock *ts)
{
	struct ksmol_tcb *tcb = &ts->tcb;
	bool cork = tcb->cfg.cork;

	tcb->cfg.cork = false;
	tcb->flags &= ~KSMOL_TCP_F_MORE;
	opt_run(ts);
	tcb->cfg.cork = cork;
}

static void opt_keepalive(struct ksmol_tcp_sock *ts)
{
	if (!opt_open(ksmol_tcp_to_sk(ts)))
		return;
	local_bh_disable();
	ksmol_tcp_keepalive(&ts->tcb, ksmol_tcp_now());
	ksmol_tcp_run(ts, ksmol_tcp_now());
	local_bh_enable();
}

void ksmol_tcp_set_keepalive(struct sock *sk, int val)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sk);

	ts->tcb.cfg.keepalive = !!val;
	opt_keepalive(ts);
}

/* --- setting, one option each; socket owned --- */

static int set_nodelay(struct ksmol_tcp_sock *ts, int val)
{
	ts->tcb.cfg.nodelay = !!val;
	if (val)
		opt_push(ts);
	return 0;
}

static int set_cork(struct ksmol_tcp_sock *ts, int val)
{
	ts->tcb.cfg.cork = !!val;
	if (!val)
		opt_push(ts);
	return 0;
}

/* An even number asks for one ACK only (Linux's bit 0). */
static int set_quickack(struct ksmol_tcp_sock *ts, int val)
{
	struct ksmol_tcb *tcb = &ts->tcb;

	tcb->cfg.quickack_off = !val;
	tcb->pingpong = !val;
	if (!val || !(tcb->ack & KSMOL_TCP_ACK_DELAYED))
		return 0;
	tcb->ack |= KSMOL_TCP_ACK_NOW;
	opt_run(ts);
	if (!(val & 1))
		tcb->pingpong = true;
	return 0;
}

static int set_maxseg(struct ksmol_tcp_sock *ts, int val)
{
	if (val && (val < TCP_MIN_MSS || val > MAX_TCP_WINDOW))
		return -EINVAL;
	ts->tcb.cfg.user_mss = val;
	return 0;
}

static int set_keepidle(struct ksmol_tcp_sock *ts, int val)
{
	if (val < 1 || val > MAX_TCP_KEEPIDLE)
		return -EINVAL;
	ts->tcb.cfg.keep_idle = (u64)val * USEC_PER_SEC;
	if (ts->tcb.cfg.keepalive)
		opt_keepalive(ts);
	return 0;
}

static int set_keepintvl(struct ksmol_tcp_sock *ts, int val)
{
	if (val < 1 || val > MAX_TCP_KEEPINTVL)
		return -EINVAL;
	ts->tcb.cfg.keep_intvl = (u64)val * USEC_PER_SEC;
	return 0;
}

static int set_keepcnt(struct ksmol_tcp_sock *ts, int val)
{
	if (val < 1 || val > MAX_TCP_KEEPCNT)
		return -EINVAL;
	ts->tcb.cfg.keep_cnt = val;
	return 0;
}

static int set_syncnt(struct ksmol_tcp_sock *ts, int val)
{
	if (val < 1 || val > MAX_TCP_SYNCNT)
		return -EINVAL;
	ts->tcb.cfg.syn_retries = val;
	return 0;
}

/* Longest that FIN-WAIT-2 may last without a program, seconds. */
#define LINGER2_MAX 120

/* Seconds; 0 goes back to the default, less means not at all. */
static int set_linger2(struct ksmol_tcp_sock *ts, int val)
{
	struct ksmol_tcp_config *cfg = &ts->tcb.cfg;

	if (val < 0)
		cfg->linger2 = 0;
	else if (!val)
		cfg->linger2 = KSMOL_TCP_FIN_TIMEOUT;
	else
		cfg->linger2 = (u64)min(val, LINGER2_MAX) * USEC_PER_SEC;
	return 0;
}

/*
 * Seconds, rounded up to when a SYN|ACK would be sent again: Linux counts these,
 * and gives the rounded number back.
 */
static int set_defer_accept(struct ksmol_tcp_sock *ts, int val)
{
	u32 step = KSMOL_TCP_RTO_INIT / USEC_PER_SEC;
	u32 max = KSMOL_TCP_RTO_MAX / USEC_PER_SEC;
	u32 period = step, times = 1;

	while (val > (int)period && times++ < U8_MAX) {
		step = min(2 * step, max);
		period += step;
	}
	WRITE_ONCE(ts->listen.defer, val > 0 ? period : 0);
	return 0;
}

static int set_window_clamp(struct ksmol_tcp_sock *ts, int val)
{
	if (!val && ksmol_tcp_to_sk(ts)->sk_state != TCP_CLOSE)
		return -EINVAL;
	ts->tcb.cfg.window_clamp = val ? max_t(int, SOCK_MIN_RCVBUF / 2, val) :
					 0;
	return 0;
}

static int set_user_timeout(struct ksmol_tcp_sock *ts, int val)
{
	if (val < 0)
		return -EINVAL;
	ts->tcb.cfg.user_timeout = (u64)val * USEC_PER_MSEC;
	return 0;
}

/* Milliseconds; acts from the next pause on. */
static int set_rto_max(struct ksmol_tcp_sock *ts, int val)
{
	if (val < (int)MSEC_PER_SEC ||
	    val > (int)(KSMOL_TCP_RTO_MAX / USEC_PER_MSEC))
		return -EINVAL;
	ts->tcb.cfg.rto_max = (u64)val * USEC_PER_MSEC;
	return 0;
}

static int set_notsent_lowat(struct ksmol_tcp_sock *ts, int val)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);

	WRITE_ONCE(ts->tcb.cfg.notsent_lowat, val);
	sk->sk_write_space(sk);
	return 0;
}

static int set_inq(struct ksmol_tcp_sock *ts, int val)
{
	if (val < 0 || val > 1)
		return -EINVAL;
	ts->inq = val;
	return 0;
}

/* A stream too thin for fast retransmit: RACK and the tail loss probe do what
 * this asked for, as in Linux, where it has no effect either.
 */
static int set_thin_dupack(struct ksmol_tcp_sock *ts, int val)
{
	return val < 0 || val > 1 ? -EINVAL : 0;
}

static const struct {
	int name;
	int (*set)(struct ksmol_tcp_sock *ts, int val);
} setters[] = {
	{ TCP_NODELAY,		set_nodelay },
	{ TCP_MAXSEG,		set_maxseg },
	{ TCP_CORK,		set_cork },
	{ TCP_KEEPIDLE,		set_keepidle },
	{ TCP_KEEPINTVL,	set_keepintvl },
	{ TCP_KEEPCNT,		set_keepcnt },
	{ TCP_SYNCNT,		set_syncnt },
	{ TCP_LINGER2,		set_linger2 },
	{ TCP_DEFER_ACCEPT,	set_defer_accept },
	{ TCP_WINDOW_CLAMP,	set_window_clamp },
	{ TCP_QUICKACK,		set_quickack },
	{ TCP_THIN_DUPACK,	set_thin_dupack },
	{ TCP_USER_TIMEOUT,	set_user_timeout },
	{ TCP_RTO_MAX_MS,	set_rto_max },
	{ TCP_NOTSENT_LOWAT,	set_notsent_lowat },
	{ TCP_INQ,		set_inq },
};

static int set_int(struct ksmol_tcp_sock *ts, int name, int val)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(setters); i++) {
		if (setters[i].name != name)
			continue;
		lock_sock(sk);
		err = setters[i].set(ts, val);
		release_sock(sk);
		return err;
	}
	return -ENOPROTOOPT;
}

static int set_congestion(struct ksmol_tcp_sock *ts, sockptr_t from,
			  unsigned int len)
{
	struct sock *sk = ksmol_tcp_to_sk(ts);
	const struct ksmol_tcp_cong *cong;
	struct ksmol_tcb *tcb = &ts->tcb;
	char name[TCP_CA_NAME_MAX];
	int n;

	if (len < 1)
		return -EINVAL;
	n = strncpy_from_sockptr(name, from,
				 min_t(long, sizeof(name) - 1, len));
	if (n < 0)
		return -EFAULT;
	name[n] = '\0';
	cong = ksmol_tcp_cong_find(name);
	if (!cong)
		return -ENOENT;
	lock_sock(sk);
	if (tcb->cong != cong) {
		tcb->cong = cong;
		memset(tcb->cong_priv, 0, sizeof(tcb->cong_priv));
		if (opt_open(sk))
			cong->init(tcb);
	}
	release_sock(sk);
	return 0;
}

/*
 * IP_TOS and IP_TTL act on the connection: the route's copy of them is stale.
 * In a stream the two bits of ECN are the protocol's (RFC 3168).
 */
static int set_ip(struct socket *sock, int level, int name, sockptr_t from,
		  unsigned int len)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sock->sk);
	int err;

	if (level == SOL_IP && name == IP_MULTICAST_TTL)
		return -EINVAL;
	err = ksmol_setsockopt(sock, level, name, from, len);
	if (err)
		return err;
	lock_sock(sock->sk);
	if (level == SOL_IP && name == IP_TOS)
		WRITE_ONCE(ts->ks.tos, ts->ks.tos & ~INET_ECN_MASK);
	ts->dst_gen = atomic_read(&ksmol_route_gen) - 1;
	release_sock(sock->sk);
	return 0;
}

int ksmol_tcp_setsockopt(struct socket *sock, int level, int name,
			 sockptr_t from, unsigned int len)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sock->sk);
	int val;

	if (level == SOL_IP || level == SOL_IPV6)
		return set_ip(sock, level, name, from, len);
	if (level != SOL_TCP)
		return -ENOPROTOOPT;
	if (name == TCP_CONGESTION)
		return set_congestion(ts, from, len);
	if (len < sizeof(val))
		return -EINVAL;
	if (copy_from_sockptr(&val, from, sizeof(val)))
		return -EFAULT;
	return set_int(ts, name, val);
}

/* --- reading --- */

static int get_maxseg(const struct ksmol_tcp_sock *ts)
{
	const struct ksmol_tcb *tcb = &ts->tcb;

	if (tcb->cfg.user_mss && !opt_open(&ts->ks.inet.sk))
		return tcb->cfg.user_mss;
	return tcb->mss ?: KSMOL_TCP_MSS_DEFAULT;
}

static int get_seconds(u64 usec)
{
	return div_u64(usec, USEC_PER_SEC);
}

static int get_int(const struct ksmol_tcp_sock *ts, int name, int *val)
{
	const struct ksmol_tcp_config *cfg = &ts->tcb.cfg;

	switch (name) {
	case TCP_NODELAY:
		*val = cfg->nodelay;
		break;
	case TCP_MAXSEG:
		*val = get_maxseg(ts);
		break;
	case TCP_CORK:
		*val = cfg->cork;
		break;
	case TCP_KEEPIDLE:
		*val = get_seconds(cfg->keep_idle);
		break;
	case TCP_KEEPINTVL:
		*val = get_seconds(cfg->keep_intvl);
		break;
	case TCP_KEEPCNT:
		*val = cfg->keep_cnt;
		break;
	case TCP_SYNCNT:
		*val = cfg->syn_retries;
		break;
	case TCP_LINGER2:
		*val = cfg->linger2 ? get_seconds(cfg->linger2) : -1;
		break;
	case TCP_DEFER_ACCEPT:
		*val = READ_ONCE(ts->listen.defer);
		break;
	case TCP_WINDOW_CLAMP:
		*val = cfg->window_clamp;
		break;
	case TCP_QUICKACK:
		*val = !ts->tcb.pingpong;
		break;
	case TCP_USER_TIMEOUT:
		*val = div_u64(cfg->user_timeout, USEC_PER_MSEC);
		break;
	case TCP_RTO_MAX_MS:
		*val = div_u64(cfg->rto_max, USEC_PER_MSEC);
		break;
	case TCP_NOTSENT_LOWAT:
		*val = cfg->notsent_lowat;
		break;
	case TCP_INQ:
		*val = ts->inq;
		break;
	case TCP_THIN_DUPACK:
		*val = 0;
		break;
	default:
		return -ENOPROTOOPT;
	}
	return 0;
}

/* As much of @from as there is room for. */
static int put_data(const void *from, int size, char __user *to,
		    int __user *lenp)
{
	int len;

	if (get_user(len, lenp))
		return -EFAULT;
	len = min_t(unsigned int, len, size);
	if (put_user(len, lenp) || copy_to_user(to, from, len))
		return -EFAULT;
	return 0;
}

static int get_info(struct ksmol_tcp_sock *ts, char __user *to,
		    int __user *lenp)
{
	struct tcp_info info;

	ksmol_tcp_info(ts, &info);
	return put_data(&info, sizeof(info), to, lenp);
}

static int get_congestion(const struct ksmol_tcp_sock *ts, char __user *to,
			  int __user *lenp)
{
	char name[TCP_CA_NAME_MAX] = {};

	strscpy(name, READ_ONCE(ts->tcb.cong)->name, sizeof(name));
	return put_data(name, sizeof(name), to, lenp);
}

int ksmol_tcp_getsockopt(struct socket *sock, int level, int name,
			 char __user *to, int __user *lenp)
{
	struct ksmol_tcp_sock *ts = ksmol_tcp_sk(sock->sk);
	int val, len, err;

	if (level != SOL_TCP && level != SOL_IP &&
	    sock->sk->sk_family == AF_INET)
		return -EOPNOTSUPP;
	if (level != SOL_TCP)
		return ksmol_getsockopt(sock, level, name, to, lenp);
	if (get_user(len, lenp))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	switch (name) {
	case TCP_INFO:
		return get_info(ts, to, lenp);
	case TCP_CONGESTION:
		return get_congestion(ts, to, lenp);
	case TCP_CC_INFO:
	case TCP_ULP:
		/* Neither algorithm has anything to tell; there is no ULP. */
		return put_user(0, lenp);
	}
	err = get_int(ts, name, &val);
	return err ?: put_data(&val, sizeof(val), to, lenp);
}
