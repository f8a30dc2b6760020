// SPDX-License-Identifier: GPL-2.0-only
/* SO_ATTACH_FILTER and SO_ATTACH_BPF on what a socket receives. */

#include <linux/filter.h>
#include <linux/skbuff.h>
#include "sock.h"

/* The program sees @skb from byte @off on, and @sk as its socket. */
static u32 run_on(const struct sk_filter *filter, struct sock *sk,
		  struct sk_buff *skb, u32 off)
{
	struct sock *before = skb->sk;
	u32 keep;

	__skb_pull(skb, off);
	skb->sk = sk;
	keep = bpf_prog_run_save_cb(filter->prog, skb);
	skb->sk = before;
	__skb_push(skb, off);
	return keep;
}

/* For packets whose skb isn't ours alone, or isn't just the packet. */
static u32 run_on_copy(const struct sk_filter *filter, struct sock *sk,
		       const struct ksmol_pbuf *pb)
{
	struct sk_buff *skb = alloc_skb(pb->len, GFP_ATOMIC);
	u32 keep = 0;

	if (!skb)
		return 0;
	if (!ksmol_pbuf_to_mem(pb, 0, skb_put(skb, pb->len), pb->len)) {
		ksmol_stat_copy(FILTER, pb->len);
		skb_reset_network_header(skb);
		if (pb->skb)
			skb->dev = pb->skb->dev;
		keep = run_on(filter, sk, skb, 0);
	}
	kfree_skb(skb);
	return keep;
}

static bool exactly_skb(const struct ksmol_pbuf *pb)
{
	const struct sk_buff *skb = pb->skb;

	return skb && !pb->rest && !skb_shared(skb) &&
	       pb->off <= skb_headlen(skb) &&
	       pb->off + pb->len == skb->len;
}

int ksmol_filter_run(struct ksmol_sock *ks, struct ksmol_pbuf *pb, u32 hlen)
{
	struct sock *sk = &ks->inet.sk;
	const struct sk_filter *filter;
	u32 keep;

	filter = rcu_dereference(sk->sk_filter);
	if (!filter)
		return 0;
	pb->off -= hlen;
	pb->len += hlen;
	keep = exactly_skb(pb) ? run_on(filter, sk, pb->skb, pb->off) :
				 run_on_copy(filter, sk, pb);
	ksmol_pbuf_pull(pb, hlen);
	if (!keep)
		return KSMOL_DROP_SOCK_FILTER;
	ksmol_pbuf_trim(pb, max(keep, hlen) - hlen);
	return 0;
}
