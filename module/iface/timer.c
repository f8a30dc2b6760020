// SPDX-License-Identifier: GPL-2.0-only
/*
 * One timer per interface drives address probing, neighbor aging, group
 * reports, autoconfiguration and leases. It is armed only while one of them has
 * something to do.
 */
#include <linux/jiffies.h>
#include <ksmol/compat.h>
#include "address.h"
#include "autoconf.h"
#include "dhcp.h"
#include "neighbor.h"
#include "report.h"
#include "timer.h"

static void iface_timer(struct timer_list *timer)
{
	struct ksmol_iface *iface = timer_container_of(iface, timer, timer);
	unsigned long now = jiffies, next;

	if (!READ_ONCE(iface->up))
		return;
	rcu_read_lock();
	if (ksmol_iface_addrs_run(iface, now, &next))
		ksmol_iface_arm(iface, next);
	if (ksmol_neigh_run(iface, now, &next))
		ksmol_iface_arm(iface, next);
	if (ksmol_report_run(iface, now, &next))
		ksmol_iface_arm(iface, next);
	if (ksmol_autoconf_run(iface, now, &next))
		ksmol_iface_arm(iface, next);
	if (ksmol_dhcp_run(iface, &next))
		ksmol_iface_arm(iface, next);
	rcu_read_unlock();
}

void ksmol_iface_timer_setup(struct ksmol_iface *iface)
{
	timer_setup(&iface->timer, iface_timer, 0);
}

void ksmol_iface_arm(struct ksmol_iface *iface, unsigned long when)
{
	if (READ_ONCE(iface->up))
		timer_reduce(&iface->timer, when);
}

void ksmol_iface_timer_shutdown(struct ksmol_iface *iface)
{
	timer_shutdown_sync(&iface->timer);
}
