// SPDX-License-Identifier: GPL-2.0-only
#include <linux/in.h>
#include <ksmol/compat.h>
#include "demux.h"

static enum ksmol_verdict no_input(struct ksmol_iface *iface, u8 proto,
				   struct ksmol_pbuf *pb,
				   struct ksmol_tx_token *tok)
{
	switch (proto) {
	case IPPROTO_UDP:
		return KSMOL_DROP_UDP_NO_SOCKET;
	case IPPROTO_TCP:
		return KSMOL_DROP_TCP_NO_SOCKET;
	default:
		return KSMOL_DROP_PING_NO_SOCKET;
	}
}

static bool no_error(struct net *net, const struct ksmol_icmp_error *err)
{
	return false;
}

static const struct ksmol_demux no_demux = {
	.input = no_input,
	.error = no_error,
};

const struct ksmol_demux __rcu *ksmol_demux_ops = RCU_INITIALIZER(&no_demux);

void ksmol_iface_set_demux(const struct ksmol_demux *demux)
{
	rcu_assign_pointer(ksmol_demux_ops, demux ?: &no_demux);
	synchronize_net();
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_iface_set_demux);

bool ksmol_raw_is_wanted __read_mostly;

void ksmol_raw_wanted(bool wanted)
{
	WRITE_ONCE(ksmol_raw_is_wanted, wanted);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_raw_wanted);

const struct ksmol_demux *ksmol_iface_get_demux(void)
{
	return rcu_access_pointer(ksmol_demux_ops);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_iface_get_demux);
