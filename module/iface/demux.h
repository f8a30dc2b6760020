/* SPDX-License-Identifier: GPL-2.0-only */
/* The way up to the sockets. */
#ifndef _KSMOL_IFACE_DEMUX_H
#define _KSMOL_IFACE_DEMUX_H

#include <linux/rtnetlink.h>
#include <ksmol/iface.h>

extern const struct ksmol_demux __rcu *ksmol_demux_ops;

/* See ksmol_raw_wanted(). */
extern bool ksmol_raw_is_wanted;

/* Never NULL: without a socket room nothing has a socket. RCU or RTNL. */
static inline const struct ksmol_demux *ksmol_demux(void)
{
	return rcu_dereference_check(ksmol_demux_ops, lockdep_rtnl_is_held());
}

/* The present one, for KUnit to put back after it set its own. */
const struct ksmol_demux *ksmol_iface_get_demux(void);

#endif /* _KSMOL_IFACE_DEMUX_H */
