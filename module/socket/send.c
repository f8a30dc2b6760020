// SPDX-License-Identifier: GPL-2.0-only
/* The way down that all datagrams share: where to, with what, and off. */

#include <linux/sched/signal.h>
#include <net/inet_sock.h>
#include "inet6.h"
#include "sock.h"

/* Longer datagrams are checked against the route before they are copied. */
#define SEND_EARLY_CHECK 512

/* IP_MULTICAST_IF says where, unless SO_BINDTODEVICE or bind() does. */
static void flow_multicast(const struct ksmol_sock *ks, struct ksmol_flow *flow)
{
	bool v4 = flow->family == AF_INET;

	if (!flow->oif)
		flow->oif = v4 ? READ_ONCE(ks->mc_oif) :
				 READ_ONCE(ks->opts6.mc_oif);
	if (v4 && ksmol_addr_any(&flow->saddr))
		flow->saddr = ks->mc_saddr;
}

static u8 flow_ttl(const struct ksmol_sock *ks, u8 family, bool group)
{
	const struct net *net = sock_net(&ks->inet.sk);
	int ttl;

	if (family == AF_INET) {
		ttl = group ? READ_ONCE(ks->mc_ttl) : READ_ONCE(ks->ttl);
		return ttl < 0 ? READ_ONCE(net->ipv4.sysctl_ip_default_ttl) :
				 ttl;
	}
	ttl = group ? READ_ONCE(ks->opts6.mc_hops) :
		      READ_ONCE(ks->opts6.hops);
	return ttl < 0 ? ksmol_inet6_hops(net) : ttl;
}

/* IPV6_ADDR_PREFERENCES; mobility's part of it makes no difference to us. */
static u8 flow_prefer(const struct ksmol_sock *ks)
{
	u8 prefs = READ_ONCE(ks->opts6.prefs);

	if (prefs & IPV6_PREFER_SRC_TMP)
		return KSMOL_PREFER_TEMPORARY;
	return prefs & IPV6_PREFER_SRC_PUBLIC ? KSMOL_PREFER_STABLE :
						KSMOL_PREFER_DEFAULT;
}

/* IPV6_PKTINFO, and what cuts a datagram short of being fragmented. */
static void flow_v6(const struct ksmol_sock *ks, struct ksmol_flow *flow)
{
	flow->broadcast = false;
	flow->link_hops = !ksmol_addr_is_multicast6(&flow->daddr) &&
			  READ_ONCE(ks->opts6.hops) < 0;
	flow->mc_loop = ksmol_sock_opt(ks, KSMOL_OPT_MC_LOOP6);
	/* No router may fragment it in any case. */
	flow->df = true;
	flow->dontfrag = ksmol_sock_opt(ks, KSMOL_OPT_DONTFRAG);
	if (!flow->oif)
		flow->oif = READ_ONCE(ks->opts6.oif);
	flow->flowlabel = READ_ONCE(ks->opts6.flowlabel);
	flow->no_label = !ksmol_inet6_label(flow->net,
					    READ_ONCE(ks->opts6.autolabel));
	flow->prefer = flow_prefer(ks);
}

void ksmol_flow_named(const struct ksmol_sock *ks, struct ksmol_flow *flow,
		      const struct ksmol_end *end)
{
	if (end->scope)
		flow->oif = end->scope;
	flow->flowlabel = ksmol_sock_opt(ks, KSMOL_OPT_FLOWINFO) ?
			  end->flowlabel : 0;
}

void ksmol_flow_init(const struct ksmol_sock *ks, struct ksmol_flow *flow,
		     u8 family, const struct ksmol_addr *daddr)
{
	bool group = ksmol_addr_is_group(family, daddr);
	u8 discover = ksmol_sock_pmtudisc(ks, family);
	const struct sock *sk = &ks->inet.sk;

	*flow = (struct ksmol_flow){
		.net = sock_net(sk),
		.family = family,
		.proto = ks->proto,
		.ttl = flow_ttl(ks, family, group),
		.tos = ksmol_sock_tos(ks, family),
		.oif = READ_ONCE(sk->sk_bound_dev_if),
		.broadcast = sock_flag(sk, SOCK_BROADCAST),
		.mc_loop = ksmol_sock_opt(ks, KSMOL_OPT_MC_LOOP),
		.df = discover == IP_PMTUDISC_WANT ||
		      discover == IP_PMTUDISC_DO ||
		      discover == IP_PMTUDISC_PROBE,
		/* A stream cuts its own segments. */
		.frag = ks->proto != IPPROTO_TCP &&
			(discover == IP_PMTUDISC_WANT ||
			 discover == IP_PMTUDISC_DONT ||
			 discover == IP_PMTUDISC_OMIT),
		.probe = discover == IP_PMTUDISC_PROBE ||
			 discover == IP_PMTUDISC_INTERFACE ||
			 discover == IP_PMTUDISC_OMIT,
		.daddr = *daddr,
	};
	if (likely(ks->family == family))
		flow->saddr = ks->saddr;
	if (family == AF_INET6)
		flow_v6(ks, flow);
	if (group)
		flow_multicast(ks, flow);
}

/* The destination that sendto() names, or the peer of connect(). */
static int send_destination(const struct ksmol_sock *ks,
			    const struct msghdr *msg, struct ksmol_end *end)
{
	int err = ksmol_sockaddr_dest(ks, msg, end);

	if (err < 0)
		return err;
	if (err) {
		if (ks->inet.sk.sk_state != TCP_ESTABLISHED)
			return -EDESTADDRREQ;
		*end = (struct ksmol_end){
			.family = ks->family,
			.port = ks->rport,
			.addr = ks->raddr,
		};
	}
	return end->port || ks->proto != IPPROTO_UDP ? 0 : -EINVAL;
}

int ksmol_send_prepare(struct ksmol_sock *ks, struct msghdr *msg,
		       struct ksmol_send *to)
{
	struct ksmol_end end;
	int err;

	/* A datagram can't be put together of several calls. */
	if (msg->msg_flags & (MSG_OOB | MSG_MORE))
		return -EOPNOTSUPP;
	err = send_destination(ks, msg, &end);
	if (err)
		return err;
	if (unlikely(!READ_ONCE(ks->lport))) {
		err = ksmol_autobind(ks);
		if (err)
			return err;
	}
	to->confirm = msg->msg_flags & MSG_CONFIRM;
	ksmol_flow_init(ks, &to->flow, end.family, &end.addr);
	if (unlikely(msg->msg_name && end.family == AF_INET6))
		ksmol_flow_named(ks, &to->flow, &end);
	to->dport = end.port;
	/* Both our transport headers have eight bytes. */
	to->hlen = KSMOL_UDP_HLEN;
	to->whole = false;
	return msg->msg_controllen ? ksmol_cmsg_send(msg, &to->flow) : 0;
}

/* Finds the way and sees that @len bytes of transport fit through. RCU. */
static int send_route(struct ksmol_sock *ks, const struct ksmol_send *to,
		      u32 len, struct ksmol_dst *dst)
{
	int err = ksmol_route(&to->flow, dst);

	if (unlikely(err)) {
		ksmol_tx_dropped(ksmol_route_reason(err), to->flow.oif);
		return err;
	}
	if (to->whole)
		len -= min_t(u32, len, ksmol_net_hlen(to->flow.family));
	if (likely(ksmol_ip_fits(&to->flow, dst, len)))
		return 0;
	ksmol_tx_dropped(KSMOL_TX_DROP_TOO_BIG, dst->iface->phy->ifindex);
	ksmol_error_local(ks, EMSGSIZE, to, dst->mtu);
	if (to->flow.dontfrag && !to->whole)
		ksmol_pathmtu_note(ks, to, dst->mtu);
	return -EMSGSIZE;
}

/*
 * The pool ran out in the middle of a datagram that needs several buffers.
 * Those it had are free again, which is no event to wait for: try a little
 * later, and with nothing in hand.
 */
static int fill_retry(struct ksmol_sock *ks, int flags, long *timeo)
{
	if (flags & MSG_DONTWAIT || !*timeo)
		return -EAGAIN;
	if (signal_pending(current))
		return sock_intr_errno(*timeo);
	schedule_timeout_interruptible(1);
	if (*timeo != MAX_SCHEDULE_TIMEOUT)
		--*timeo;
	return 0;
}

/* A charged pbuf (chain) with @len bytes of @msg, or an error pointer. */
static struct ksmol_pbuf *send_fill(struct ksmol_sock *ks, struct msghdr *msg,
				    u32 len)
{
	long timeo = sock_sndtimeo(&ks->inet.sk, msg->msg_flags & MSG_DONTWAIT);
	struct iov_iter start = msg->msg_iter;
	struct ksmol_pbuf *pb;
	int err;

	if (len / ksmol_pool.cfg.buf_size >=
	    ksmol_pool.cfg.count[KSMOL_CLASS_TX])
		return ERR_PTR(-EMSGSIZE);
	do {
		pb = ksmol_tx_get(ks, msg->msg_flags);
		if (IS_ERR(pb))
			return pb;
		err = ksmol_pbuf_from_iter(pb, &msg->msg_iter, len, false);
		if (likely(!err))
			return pb;
		ksmol_pbuf_free_any(pb);
		msg->msg_iter = start;
		if (err == -ENOBUFS)
			err = fill_retry(ks, msg->msg_flags, &timeo);
	} while (!err);
	return ERR_PTR(err);
}

static int send_early(struct ksmol_sock *ks, const struct ksmol_send *to,
		      u32 len)
{
	struct ksmol_dst dst;
	int err;

	rcu_read_lock();
	err = send_route(ks, to, len, &dst);
	rcu_read_unlock();
	return err;
}

int ksmol_send_pbuf(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
		    const struct ksmol_send *to,
		    void (*push)(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
				 const struct ksmol_send *to,
				 const struct ksmol_addr *saddr,
				 const void *arg),
		    const void *arg)
{
	u32 len = ksmol_pbuf_chain_len(pb) + to->hlen;
	struct ksmol_dst dst;
	int err;

	rcu_read_lock();
	err = send_route(ks, to, len, &dst);
	if (likely(!err)) {
		push(ks, pb, to, &dst.saddr, arg);
		if (unlikely(to->confirm))
			ksmol_neigh_confirm(&dst);
		err = unlikely(to->whole) ?
		      ksmol_ip_output_whole(&to->flow, &dst, pb) :
		      ksmol_ip_output(&to->flow, &dst, pb);
		pb = NULL;
	}
	rcu_read_unlock();
	if (unlikely(pb))
		ksmol_pbuf_free_any(pb);
	return err;
}

int ksmol_send_datagram(struct ksmol_sock *ks, struct msghdr *msg, u32 len,
			const struct ksmol_send *to,
			void (*push)(struct ksmol_sock *ks,
				     struct ksmol_pbuf *pb,
				     const struct ksmol_send *to,
				     const struct ksmol_addr *saddr,
				     const void *arg),
			const void *arg)
{
	struct ksmol_pbuf *pb;
	int err;

	if (len > SEND_EARLY_CHECK) {
		err = send_early(ks, to, len + to->hlen);
		if (err)
			return err;
	}
	pb = send_fill(ks, msg, len);
	if (IS_ERR(pb))
		return PTR_ERR(pb);
	err = ksmol_send_pbuf(ks, pb, to, push, arg);
	/* Linux tells of a device's drop only who asked to be told. */
	if (err == -ENOBUFS && !ksmol_sock_recverr(ks, to->flow.family))
		err = 0;
	return err;
}
