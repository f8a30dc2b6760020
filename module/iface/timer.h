/* SPDX-License-Identifier: GPL-2.0-only */
/* The one timer of an interface. */
#ifndef _KSMOL_IFACE_TIMER_H
#define _KSMOL_IFACE_TIMER_H

#include <ksmol/iface.h>

void ksmol_iface_timer_setup(struct ksmol_iface *iface);

/* Something is due at @when: the timer fires then or earlier. Any context;
 * harmless while the link is down and after the interface was detached.
 */
void ksmol_iface_arm(struct ksmol_iface *iface, unsigned long when);

/* Waits for a running callback; the timer can't be armed again. Process. */
void ksmol_iface_timer_shutdown(struct ksmol_iface *iface);

#endif /* _KSMOL_IFACE_TIMER_H */
