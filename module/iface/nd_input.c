// SPDX-License-Identifier: GPL-2.0-only
#include <ksmol/compat.h>
#include "nd.h"

enum ksmol_verdict ksmol_nd_input(struct ksmol_iface *iface,
				  struct ksmol_pbuf *pb,
				  const struct ksmol_icmp *icmp,
				  struct ksmol_tx_token *tok)
{
	return KSMOL_DROP_ICMP_TYPE;
}

enum ksmol_verdict ksmol_mld_input(struct ksmol_iface *iface,
				   struct ksmol_pbuf *pb,
				   const struct ksmol_icmp *icmp)
{
	return KSMOL_DROP_ICMP_TYPE;
}
