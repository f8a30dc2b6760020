// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <net/icmp.h>
#include <ksmol/compat.h>
#include "address.h"
#include "demux.h"
#include "icmp.h"
#include "net.h"
#include "pmtu.h"

/* Most of a quoted packet that is looked at: what fits a 576-byte message. */
#define ICMP_QUOTE_MAX 548

/* Hardware may vouch for the message as for any other. */
static bool icmp_csum_ok(const struct ksmol_pbuf *pb)
{
	if (pb->rx.csum_ok)
		return true;
	if (pb->rx.csum_valid && !csum_fold(pb->rx.csum))
		return true;
	return !csum_fold(ksmol_pbuf_csum(pb, 0, pb->len, 0));
}

/* What an error means to a socket, as Linux has it. */
static void icmp_translate(const struct ksmol_icmp *icmp,
			   struct ksmol_icmp_error *err)
{
	err->errno_ = EHOSTUNREACH;
	err->fatal = false;
	if (icmp->type == ICMP_PARAMETERPROB) {
		err->errno_ = EPROTO;
		err->fatal = true;
		err->info = icmp->rest >> 24;
	} else if (icmp->type == ICMP_DEST_UNREACH &&
		   icmp->code <= NR_ICMP_UNREACH) {
		err->errno_ = icmp_err_convert[icmp->code].errno;
		err->fatal = icmp_err_convert[icmp->code].fatal;
	}
	if (icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_FRAG_NEEDED) {
		err->fatal = true;
		err->info = icmp->rest & 0xffff;
	}
}

/* An error is believed if what it quotes is something that we could have
 * sent, and a socket that could have sent it exists.
 */
static enum ksmol_verdict icmp_error(struct ksmol_iface *iface,
				     const struct ksmol_pbuf *pb,
				     const struct ksmol_icmp *icmp)
{
	u32 len = min_t(u32, pb->len - KSMOL_ICMP_HLEN, ICMP_QUOTE_MAX);
	struct ksmol_icmp_error err = {
		.type = icmp->type,
		.code = icmp->code,
		.origin = SO_EE_ORIGIN_ICMP,
		.offender = pb->rx.saddr,
		.ifindex = pb->rx.ifindex,
	};
	u8 buf[ICMP_QUOTE_MAX];
	const u8 *bytes;
	int drop;

	bytes = ksmol_pbuf_header(pb, KSMOL_ICMP_HLEN, len, buf);
	if (!bytes)
		return KSMOL_DROP_ICMP_SHORT;
	drop = ksmol_quote_parse(bytes, len, &err.quote);
	if (drop)
		return drop;
	if (pb->rx.pkt_type != PACKET_HOST ||
	    !ksmol_addr_find(iface->pernet, AF_INET, &err.quote.saddr))
		return KSMOL_DROP_ICMP_QUOTE;
	icmp_translate(icmp, &err);
	err.seq = get_unaligned_be32(bytes + err.quote.l4_off + 4);
	err.payload = bytes + err.quote.l4_off + 8;
	err.payload_len = len - err.quote.l4_off - 8;
	if (!ksmol_demux()->error(iface->net, &err))
		return KSMOL_DROP_ICMP_QUOTE;
	if (icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_FRAG_NEEDED &&
	    err.quote.proto != IPPROTO_TCP)
		ksmol_pmtu_update(iface->net, AF_INET, &err.quote.daddr,
				  err.info);
	return KSMOL_HANDLED;
}

static enum ksmol_verdict icmp_echo(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb,
				    const struct ksmol_icmp *icmp,
				    struct ksmol_tx_token *tok)
{
	if (pb->rx.pkt_type != PACKET_HOST &&
	    !READ_ONCE(ksmol_params.echo_broadcast))
		return KSMOL_DROP_ICMP_BCAST;
	return ksmol_icmp_send_echo(iface, pb, icmp, tok);
}

static enum ksmol_verdict icmp_echo_reply(struct ksmol_iface *iface,
					  struct ksmol_pbuf *pb,
					  const struct ksmol_icmp *icmp,
					  struct ksmol_tx_token *tok)
{
	pb->rx.sport = 0;
	pb->rx.dport = htons(icmp->rest >> 16);
	return ksmol_demux()->input(iface, IPPROTO_ICMP, pb, tok);
}

enum ksmol_verdict ksmol_icmp_input(struct ksmol_iface *iface,
				    struct ksmol_pbuf *pb,
				    struct ksmol_tx_token *tok)
{
	u8 buf[KSMOL_ICMP_HLEN];
	struct ksmol_icmp icmp;
	const u8 *bytes;

	bytes = ksmol_pbuf_header(pb, 0, KSMOL_ICMP_HLEN, buf);
	if (!bytes || ksmol_icmp_parse(bytes, KSMOL_ICMP_HLEN, &icmp))
		return KSMOL_DROP_ICMP_SHORT;
	if (!icmp_csum_ok(pb))
		return KSMOL_DROP_ICMP_CSUM;

	switch (icmp.type) {
	case ICMP_ECHO:
		return icmp_echo(iface, pb, &icmp, tok);
	case ICMP_ECHOREPLY:
		return icmp_echo_reply(iface, pb, &icmp, tok);
	case ICMP_DEST_UNREACH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return icmp_error(iface, pb, &icmp);
	default:
		/* Source quench (RFC 6633), redirects and the obsolete. */
		return KSMOL_DROP_ICMP_TYPE;
	}
}
