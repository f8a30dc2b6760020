// SPDX-License-Identifier: GPL-2.0-only
#include <linux/icmp.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <ksmol/compat.h>
#include "address.h"
#include "icmp.h"
#include "net.h"

/* No error exceeds what any host can take in (RFC 1812 4.3.2.3). */
#define ICMP_ERROR_MAX 576
/* Precedence "internetwork control" (RFC 1812 4.3.2.5). */
#define ICMP_ERROR_TOS 0xc0
#define ICMP_TTL 64

/* Each family has its own: a flood of one's errors silences not the other's. */
static struct ksmol_icmp_bucket icmp_buckets[2];
static DEFINE_SPINLOCK(icmp_bucket_lock);

void ksmol_icmp_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(icmp_buckets); i++) {
		icmp_buckets[i].credit = (u64)ksmol_params.icmp_rate * HZ;
		icmp_buckets[i].stamp = jiffies;
	}
}

bool ksmol_icmp_bucket_take(struct ksmol_icmp_bucket *bucket,
			    unsigned int rate, unsigned long now)
{
	unsigned long passed = min(now - bucket->stamp, 1UL * HZ);

	bucket->credit = min(bucket->credit + (u64)passed * rate,
			     (u64)rate * HZ);
	bucket->stamp = now;
	if (bucket->credit < HZ)
		return false;
	bucket->credit -= HZ;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_icmp_bucket_take);

bool ksmol_icmp_allowed(const struct ksmol_iface *iface, u8 family)
{
	bool ok;

	spin_lock_bh(&icmp_bucket_lock);
	ok = ksmol_icmp_bucket_take(&icmp_buckets[family == AF_INET6],
				    READ_ONCE(ksmol_params.icmp_rate), jiffies);
	spin_unlock_bh(&icmp_bucket_lock);
	if (!ok)
		ksmol_tx_dropped(KSMOL_TX_DROP_ICMP_RATE, iface->phy->ifindex);
	return ok;
}

static int icmp_route(struct ksmol_iface *iface, const struct ksmol_pbuf *pb,
		      u8 tos, struct ksmol_flow *flow, struct ksmol_dst *dst)
{
	int err;

	memset(flow, 0, sizeof(*flow));
	flow->net = iface->net;
	flow->family = AF_INET;
	flow->proto = IPPROTO_ICMP;
	flow->ttl = ICMP_TTL;
	flow->tos = tos;
	flow->frag = true;
	/* Back the way it came; routes decide about the next hop. */
	flow->oif = iface->phy->ifindex;
	flow->daddr = pb->rx.saddr;
	/* From the address that was asked, unless many were. */
	if (pb->rx.pkt_type == PACKET_HOST)
		flow->saddr = pb->rx.daddr;
	err = ksmol_route(flow, dst);
	if (err)
		ksmol_tx_dropped(ksmol_route_reason(err), iface->phy->ifindex);
	return err;
}

/* Puts header and checksum before the body; consumes @pb. */
static void icmp_xmit(const struct ksmol_flow *flow,
		      const struct ksmol_dst *dst, struct ksmol_pbuf *pb,
		      const struct ksmol_icmp *icmp)
{
	u32 len = KSMOL_ICMP_HLEN + ksmol_pbuf_chain_len(pb);
	u8 *head = ksmol_pbuf_push(pb, KSMOL_ICMP_HLEN);
	__sum16 csum;

	ksmol_icmp_emit(head, icmp);
	csum = csum_fold(ksmol_pbuf_csum(pb, 0, len, 0));
	put_unaligned(csum, (__sum16 *)(head + 2));
	ksmol_ip_output(flow, dst, pb);
}

struct ksmol_pbuf *ksmol_icmp_body(struct ksmol_tx_token *tok, bool control,
				   const struct ksmol_pbuf *pb, u32 off,
				   u32 len)
{
	bool reserve = ksmol_tx_token_reserve(tok, control);
	struct ksmol_pbuf *out = ksmol_tx_token_consume(tok, control);

	if (!out)
		return NULL;
	out->flags |= KSMOL_PB_REPLY;
	if (len && ksmol_pbuf_from_pbuf(out, pb, off, len, reserve)) {
		ksmol_tx_dropped(KSMOL_TX_DROP_NO_PBUF, tok->phy->ifindex);
		ksmol_pbuf_free(out);
		return NULL;
	}
	return out;
}

enum ksmol_verdict ksmol_icmp_send_echo(struct ksmol_iface *iface,
					struct ksmol_pbuf *pb,
					const struct ksmol_icmp *icmp,
					struct ksmol_tx_token *tok)
{
	u32 len = pb->len - KSMOL_ICMP_HLEN;
	struct ksmol_icmp reply = {
		.type = ICMP_ECHOREPLY,
		.rest = icmp->rest,
	};
	struct ksmol_pbuf *out;
	struct ksmol_flow flow;
	struct ksmol_dst dst;

	if (icmp_route(iface, pb, pb->rx.tos, &flow, &dst))
		return KSMOL_HANDLED;
	/* Asked before any buffer is spent on what can't go out. */
	if (!ksmol_ip_fits(&flow, &dst, pb->len)) {
		ksmol_tx_dropped(KSMOL_TX_DROP_TOO_BIG, iface->phy->ifindex);
		return KSMOL_HANDLED;
	}
	out = ksmol_icmp_body(tok, true, pb, KSMOL_ICMP_HLEN, len);
	if (!out)
		return KSMOL_DROP_ICMP_NO_BUF;
	__ksmol_stat_copy(ECHO, len);
	icmp_xmit(&flow, &dst, out, &reply);
	return KSMOL_HANDLED;
}

/* RFC 1122 3.2.2: no error about an ICMP error, a later fragment, a packet
 * that was or may have been sent to more than one, or one whose source does
 * not name a single host. Ingress let only unicast sources pass.
 */
static bool icmp_error_due(const struct ksmol_pbuf *pb)
{
	u8 buf[KSMOL_IPV4_HLEN_MAX];
	const u8 *bytes;
	u32 hlen;

	if (pb->rx.pkt_type != PACKET_HOST)
		return false;
	bytes = ksmol_pbuf_header(pb, 0, KSMOL_IPV4_HLEN, buf);
	if (!bytes || get_unaligned_be16(bytes + 6) & 0x1fff)
		return false;
	if (bytes[9] != IPPROTO_ICMP)
		return true;
	hlen = (bytes[0] & 0xf) * 4;
	bytes = ksmol_pbuf_header(pb, hlen, 1, buf);
	return bytes && (bytes[0] == ICMP_ECHO || bytes[0] == ICMP_TIMESTAMP);
}

void ksmol_icmp_send_error(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
			   u8 type, u8 code, u32 info,
			   struct ksmol_tx_token *tok)
{
	const u32 heads = KSMOL_IPV4_HLEN + KSMOL_ICMP_HLEN;
	struct ksmol_icmp icmp = { .type = type, .code = code, .rest = info };
	struct ksmol_pbuf *out;
	struct ksmol_flow flow;
	struct ksmol_dst dst;
	u32 room;

	if (!icmp_error_due(pb) || !ksmol_icmp_allowed(iface, AF_INET) ||
	    icmp_route(iface, pb, ICMP_ERROR_TOS, &flow, &dst))
		return;
	/* Sized to the link as well, when that is narrower still. */
	room = min_t(u32, dst.mtu, ICMP_ERROR_MAX);
	room -= min(room, heads);
	room = min(pb->len, room);
	out = ksmol_icmp_body(tok, false, pb, 0, room);
	if (!out)
		return;
	__ksmol_stat_copy(QUOTE, room);
	icmp_xmit(&flow, &dst, out, &icmp);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_icmp_send_error);
