// SPDX-License-Identifier: GPL-2.0-only
/* TCP's way down: the route, the headers, and off. */

#include <linux/tcp.h>
#include <net/inet_ecn.h>
#include "inet6.h"
#include "tcp_sock.h"

/* --- the route --- */

/* Flow of the connection, as the program's options have it now. */
static void route_flow(struct ksmol_tcp_sock *ts)
{
	ksmol_flow_init(&ts->ks, &ts->flow, ts->ks.family, &ts->ks.raddr);
	ts->flow.tos &= ~INET_ECN_MASK;
	ts->flow.saddr = ts->ks.laddr;
}

static bool route_fresh(const struct ksmol_tcp_sock *ts, int gen)
{
	return likely(ts->dst_gen == gen &&
		      ts->flow.oif == ts->ks.inet.sk.sk_bound_dev_if);
}

/* What the way lets through at once. */
static void route_path(struct ksmol_tcp_sock *ts)
{
	const struct ksmol_phy *phy = ts->last_dst.iface->phy;
	struct ksmol_tcb *tcb = &ts->tcb;

	tcb->gso_max = ksmol_phy_gso(phy, &tcb->gso_frags);
	ts->takes_pages = ksmol_phy_takes_pages(phy);
	ts->has_peer = phy->has_peer;
	ksmol_tcp_set_path(tcb, ts->last_dst.mtu,
			   ksmol_net_hlen(ts->flow.family));
}

/*
 * The generation is read before the tables: what changes after that is seen
 * the next time. An interface that goes away changes it before it is freed, so
 * that whoever found it unchanged may use the interface until the end of the
 * RCU section.
 */
int ksmol_tcp_route(struct ksmol_tcp_sock *ts)
{
	int gen = atomic_read_acquire(&ksmol_route_gen);
	int err;

	if (route_fresh(ts, gen))
		return 0;
	route_flow(ts);
	err = ksmol_route(&ts->flow, &ts->last_dst);
	if (err) {
		ts->dst_gen = gen - 1;
		return err;
	}
	ts->dst_gen = gen;
	route_path(ts);
	return 0;
}

/* --- segments --- */

/* The checksum's place is filled by those who know the network header. */
static void segment_build(struct ksmol_tx_segment *seg,
			  const struct ksmol_tcp_out *out, __be16 sport,
			  __be16 dport, u8 flags)
{
	u32 hlen = ksmol_tcp_header_len(&out->h);
	struct tcphdr *th;

	ksmol_segment_init(seg);
	th = ksmol_segment_push(seg, hlen);
	ksmol_tcp_emit(th, &out->h, 0);
	put_unaligned(sport, &th->source);
	put_unaligned(dport, &th->dest);
	seg->thlen = hlen;
	seg->csum_offset = offsetof(struct tcphdr, check);
	seg->pb = out->pb;
	seg->pb_off = out->off;
	seg->len = out->len;
	seg->gso_size = out->len > out->mss ? out->mss : 0;
	seg->gso_ecn = out->h.flags & KSMOL_TCP_CWR && seg->gso_size;
	seg->flags = flags | (out->len ? 0 : KSMOL_PB_CONTROL);
}

/* Whatever it says, the next one says again, and may come before it. */
static bool is_ack(const struct ksmol_tcp_out *out)
{
	return !(out->h.flags & (KSMOL_TCP_SYN | KSMOL_TCP_FIN | KSMOL_TCP_RST));
}

/*
 * What an ACK lets out in few large pieces is less work than to call another CPU.
 */
static bool worth_steering(const struct ksmol_tcp_sock *ts)
{
	return ts->has_peer && ts->tcb.rcv_fill <= ts->tcb.rcv_mss;
}

/* Only its first @len bytes were taken. */
static void out_shorten(struct ksmol_tcp_out *out, u32 len)
{
	out->len = len;
	out->last = NULL;
	out->h.flags &= ~(KSMOL_TCP_FIN | KSMOL_TCP_PSH);
}

int ksmol_tcp_transmit(struct ksmol_tcp_sock *ts, struct ksmol_tcp_out *out)
{
	struct ksmol_tx_segment seg __uninitialized;
	int err = ksmol_tcp_route(ts);

	if (unlikely(err)) {
		ksmol_tx_dropped(ksmol_route_reason(err), ts->flow.oif);
		return err;
	}
	segment_build(&seg, out, ts->ks.lport, ts->ks.rport, 0);
	if (out->len)
		seg.sk = ksmol_tcp_order_charge(ts);
	else if (worth_steering(ts) && is_ack(out))
		seg.cpu = ksmol_tcp_steer(&ts->steer);
	err = ksmol_ip_output_segment(&ts->flow, &ts->last_dst, &seg, out->ect);
	if (unlikely(seg.sk))
		ksmol_tcp_order_done(seg.sk);
	if (unlikely(seg.len < out->len) && !err)
		out_shorten(out, seg.len);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_transmit);

static u8 reply_ttl(const struct ksmol_tcp_key *key)
{
	return key->family == AF_INET ?
	       READ_ONCE(key->net->ipv4.sysctl_ip_default_ttl) :
	       ksmol_inet6_hops(key->net);
}

int ksmol_tcp_reply_way(const struct ksmol_tcp_key *key, int oif, u8 tos,
			struct ksmol_tcp_way *way)
{
	int err;

	way->flow = (struct ksmol_flow){
		.net = key->net,
		.family = key->family,
		.proto = IPPROTO_TCP,
		.ttl = reply_ttl(key),
		.link_hops = true,
		.tos = tos,
		.oif = oif ?: key->scope,
		.df = key->family != AF_INET ||
		      !READ_ONCE(key->net->ipv4.sysctl_ip_no_pmtu_disc),
		.saddr = key->laddr,
		.daddr = key->raddr,
	};

	err = ksmol_route(&way->flow, &way->dst);
	if (unlikely(err))
		ksmol_tx_dropped(ksmol_route_reason(err), oif);
	return err;
}

int ksmol_tcp_reply_on(const struct ksmol_tcp_way *way,
		       const struct ksmol_tcp_key *key,
		       const struct ksmol_tcp_out *out, u8 flags)
{
	struct ksmol_tx_segment seg __uninitialized;
	int err;

	segment_build(&seg, out, key->lport, key->rport, flags);
	err = ksmol_ip_output_segment(&way->flow, &way->dst, &seg, out->ect);
	if (err)
		return err;
	/* For connections the core counts. */
	ksmol_tcp_count(SEGS_OUT);
	if (out->h.flags & KSMOL_TCP_RST)
		ksmol_tcp_count(RESETS_OUT);
	return 0;
}

int ksmol_tcp_reply(const struct ksmol_tcp_key *key, int oif, u8 tos,
		    const struct ksmol_tcp_out *out, u8 flags)
{
	struct ksmol_tcp_way way;

	return ksmol_tcp_reply_way(key, oif, tos, &way) ?:
	       ksmol_tcp_reply_on(&way, key, out, flags);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_reply);
