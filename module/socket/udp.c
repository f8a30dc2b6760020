// SPDX-License-Identifier: GPL-2.0-only
/* UDP (RFC 768): its header, both ways. */

#include <linux/udp.h>
#include <net/checksum.h>
#include "sock.h"

int ksmol_udp_init_sock(struct sock *sk)
{
	ksmol_sock_init(sk, IPPROTO_UDP);
	return 0;
}

/* --- in --- */

static noinline bool csum_good(const struct ksmol_pbuf *pb, u32 len)
{
	__wsum pseudo = ksmol_pseudo_sum(pb->family, &pb->rx.saddr,
					 &pb->rx.daddr, len, IPPROTO_UDP);

	/* The device's sum covers what lies behind the datagram, too. */
	if (pb->rx.csum_valid && len == pb->len &&
	    !csum_fold(csum_add(pseudo, pb->rx.csum)))
		return true;
	return !csum_fold(ksmol_pbuf_csum(pb, 0, len, pseudo));
}

int ksmol_udp_input(struct ksmol_pbuf *pb)
{
	u8 room[KSMOL_UDP_HLEN];
	struct ksmol_udp udp;
	const u8 *bytes;
	int reason;

	bytes = ksmol_pbuf_header(pb, 0, KSMOL_UDP_HLEN, room);
	if (unlikely(!bytes))
		return KSMOL_DROP_UDP_SHORT;
	reason = ksmol_udp_parse(bytes, pb->len, &udp);
	if (unlikely(reason))
		return reason;
	/* A zero checksum means none, which IPv4 allows (RFC 768), and IPv6 does
	 * not (RFC 8200 8.1), whatever the device says.
	 */
	if (unlikely(!udp.csum && pb->family == AF_INET6))
		return KSMOL_DROP_UDP_NO_CSUM;
	if (!pb->rx.csum_ok && udp.csum && !csum_good(pb, udp.len))
		return KSMOL_DROP_UDP_CSUM;
	pb->rx.sport = udp.sport;
	pb->rx.dport = udp.dport;
	ksmol_pbuf_trim(pb, udp.len);
	ksmol_pbuf_pull(pb, KSMOL_UDP_HLEN);
	return 0;
}

/* --- out --- */

/*
 * The checksum field begins with the pseudo-header's sum; whoever sends it
 * adds the rest, in hardware where that can be done.
 *
 * Return: where the checksum is to be completed, 0 for none.
 */
static u16 udp_header(const struct ksmol_sock *ks, struct ksmol_udp *udp,
		      const struct ksmol_send *to,
		      const struct ksmol_addr *saddr, u32 len)
{
	__wsum pseudo;

	*udp = (struct ksmol_udp){
		.sport = ks->lport,
		.dport = to->dport,
		.len = len,
	};
	if (ks->inet.sk.sk_no_check_tx && to->flow.family == AF_INET)
		return 0;
	pseudo = ksmol_pseudo_sum(to->flow.family, saddr, &to->flow.daddr, len,
				  IPPROTO_UDP);
	udp->csum = ntohs((__force __be16)~csum_fold(pseudo));
	return offsetof(struct udphdr, check);
}

void ksmol_udp_push(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
		    const struct ksmol_send *to, const struct ksmol_addr *saddr,
		    const void *unused)
{
	u32 len = ksmol_pbuf_chain_len(pb) + KSMOL_UDP_HLEN;
	struct ksmol_udp udp;

	pb->tx.csum_offset = udp_header(ks, &udp, to, saddr, len);
	ksmol_udp_emit(ksmol_pbuf_push(pb, KSMOL_UDP_HLEN), &udp);
}

int ksmol_udp_send(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
		   const struct ksmol_send *to)
{
	if (unlikely(ksmol_pbuf_chain_len(pb) >
		     ksmol_udp_payload_max(to->flow.family))) {
		ksmol_pbuf_free_any(pb);
		return -EMSGSIZE;
	}
	return ksmol_send_pbuf(ks, pb, to, ksmol_udp_push, NULL);
}

void ksmol_udp_push_segment(struct ksmol_sock *ks, struct ksmol_tx_segment *seg,
			    const struct ksmol_send *to,
			    const struct ksmol_addr *saddr)
{
	struct ksmol_udp udp;

	seg->thlen = KSMOL_UDP_HLEN;
	seg->csum_offset = udp_header(ks, &udp, to, saddr,
				      seg->len + KSMOL_UDP_HLEN);
	ksmol_udp_emit(ksmol_segment_push(seg, KSMOL_UDP_HLEN), &udp);
}

int ksmol_udp_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct ksmol_sock *ks = ksmol_sk(sock->sk);
	struct ksmol_ring *ring = ksmol_sock_ring(ks);
	struct ksmol_send to __uninitialized;
	int err;

	/* No data for nobody: send what is in the ring. */
	if (ring && !len && !msg->msg_name)
		return ksmol_ring_kick(ks, ring);
	if (len > KSMOL_UDP_PAYLOAD_MAX6)
		return -EMSGSIZE;
	err = ksmol_send_prepare(ks, msg, &to);
	if (!err && unlikely(len > ksmol_udp_payload_max(to.flow.family)))
		err = -EMSGSIZE;
	if (!err)
		err = ksmol_send_datagram(ks, msg, len, &to, ksmol_udp_push,
					  NULL);
	return err ?: len;
}
