// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments in, datagrams out: what connects the table of incomplete
 * datagrams to the pool, to time, and to those who must be told.
 */
#include <linux/icmp.h>
#include <linux/jiffies.h>
#include <linux/timer.h>
#include <ksmol/compat.h>
#include "icmp.h"
#include "icmp6.h"
#include "reass.h"

static struct ksmol_reass_table reass;
static struct timer_list reass_timer;
static struct dentry *reass_file;

/* Fragments whose datagram comes to nothing. */
static u32 reass_purge_list(struct ksmol_pbuf_list *gone)
{
	u32 n = gone->count;

	__ksmol_stat_add(purged, n);
	ksmol_pbuf_list_free(gone);
	return n;
}

/* Is there a pbuf to spare for waiting? If not, the oldest datagram's. */
static int reass_may_keep(const struct ksmol_pbuf *pb)
{
	int reason = ksmol_pbuf_may_queue(pb, READ_ONCE(reass.pbufs));

	if (likely(!reason) || reason == KSMOL_DROP_RX_NO_PBUF)
		return reason;
	ksmol_reass_drop_oldest();
	return ksmol_pbuf_may_queue(pb, READ_ONCE(reass.pbufs));
}

static struct ksmol_reass *reass_get(struct ksmol_iface *iface,
				     const struct ksmol_frag *frag,
				     struct ksmol_pbuf_list *gone)
{
	struct ksmol_reass *r = ksmol_reass_find(&reass, &frag->key);

	if (r)
		return r;
	if (list_empty(&reass.contexts))
		mod_timer(&reass_timer, jiffies + KSMOL_REASS_TIME);
	return ksmol_reass_open(&reass, &frag->key, iface, jiffies, gone);
}

/* Puts @pb where it belongs: 0 or a drop reason, with all that follows. */
static int reass_add(struct ksmol_reass *r, struct ksmol_pbuf *pb,
		     const struct ksmol_frag *frag,
		     struct ksmol_pbuf_list *gone)
{
	int reason;

	if (r->dead)
		return r->dead;
	if (!ksmol_reass_room(&reass, r, pb->truesize, gone)) {
		ksmol_reass_close(&reass, r, gone);
		return KSMOL_DROP_FRAG_FULL;
	}
	reason = ksmol_reass_insert(r, pb, frag->more);
	if (reason == KSMOL_DROP_FRAG_DUP)
		return reason;
	if (reason) {
		ksmol_reass_kill(&reass, r, reason, gone);
		return reason;
	}
	ksmol_reass_account(&reass, r, pb, 1);
	ksmol_pbuf_own(pb, KSMOL_OWNER_REASS);
	if (!frag->off) {
		r->hlen = frag->hlen;
		r->proto = frag->proto;
	}
	return 0;
}

/* All is there: the datagram is the caller's, the context is free again. */
static struct ksmol_pbuf *reass_finish(struct ksmol_reass *r,
				       struct ksmol_frag *frag,
				       struct ksmol_pbuf_list *gone)
{
	const struct ksmol_pbuf *part;
	struct ksmol_pbuf *whole;

	for (part = r->parts.first; part; part = part->next)
		ksmol_reass_account(&reass, r, part, -1);
	whole = ksmol_reass_finish(r);
	frag->hlen = r->hlen;
	frag->proto = r->proto;
	reass.complete++;
	ksmol_reass_close(&reass, r, gone);
	ksmol_pbuf_own(whole, KSMOL_OWNER_STACK);
	return whole;
}

enum ksmol_verdict ksmol_reass_input(struct ksmol_iface *iface,
				     struct ksmol_pbuf *pb,
				     struct ksmol_frag *frag,
				     struct ksmol_pbuf **whole)
{
	struct ksmol_pbuf_list gone;
	struct ksmol_reass *r;
	int reason;

	*whole = NULL;
	reason = ksmol_frag_check(frag, pb->len - frag->hlen);
	if (!reason)
		reason = reass_may_keep(pb);
	/* With its header, which an error about it will quote. */
	if (!reason)
		reason = ksmol_pbuf_settle(pb);
	if (reason)
		return reason;
	ksmol_pbuf_pull(pb, frag->hlen);
	pb->rx.frag_off = frag->off;

	ksmol_pbuf_list_init(&gone);
	spin_lock(&reass.lock);
	r = reass_get(iface, frag, &gone);
	reason = reass_add(r, pb, frag, &gone);
	if (!reason && ksmol_reass_is_complete(r))
		*whole = reass_finish(r, frag, &gone);
	spin_unlock(&reass.lock);
	reass_purge_list(&gone);
	return reason ?: KSMOL_DELIVERED;
}

enum ksmol_verdict ksmol_reass_end(struct ksmol_pbuf *whole,
				   struct ksmol_pbuf *pb,
				   enum ksmol_verdict verdict)
{
	u32 n;

	if (verdict == KSMOL_DELIVERED)
		return verdict;
	n = ksmol_pbuf_split(whole, pb);
	if (verdict >= KSMOL_FIRST_DROP)
		__ksmol_stat_add(purged, n);
	return verdict;
}

u32 ksmol_reass_drop_oldest(void)
{
	struct ksmol_pbuf_list gone;
	struct ksmol_reass *r;

	ksmol_pbuf_list_init(&gone);
	spin_lock(&reass.lock);
	r = ksmol_reass_oldest(&reass);
	if (r) {
		ksmol_reass_close(&reass, r, &gone);
		reass.evicted++;
	}
	spin_unlock(&reass.lock);
	return reass_purge_list(&gone);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_reass_drop_oldest);

/* The ladder's step (ksmol_reclaim_fn). */
static u32 reass_reclaim(struct ksmol_pool *pool, int class, u32 want)
{
	u32 got = 0, n;

	if (class != KSMOL_CLASS_RX)
		return 0;
	while (got < want) {
		n = ksmol_reass_drop_oldest();
		if (!n)
			break;
		got += n;
	}
	return got;
}

/* --- time --- */

/* RFC 1122 3.3.2, RFC 8200 4.5: the sender is told, if fragment 0 is there to
 * be quoted.
 */
static void reass_tell(struct ksmol_iface *iface, struct ksmol_pbuf *pb,
		       u16 hlen)
{
	static const struct ksmol_icmp icmp6 = {
		.type = KSMOL_ICMP6_TIME_EXCEEDED,
		.code = KSMOL_ICMP6_FRAGTIME,
	};
	KSMOL_TX_TOKEN(tok);

	if (pb->rx.frag_off || ksmol_tx_token_open(&tok, iface->phy))
		return;
	pb->off -= hlen;
	pb->len += hlen;
	if (pb->family == AF_INET)
		ksmol_icmp_send_error(iface, pb, ICMP_TIME_EXCEEDED,
				      ICMP_EXC_FRAGTIME, 0, &tok);
	else
		ksmol_icmp6_send_error(iface, pb, &icmp6, false, &tok);
}

/* Takes one whose time is over out of the table; its interface stays valid
 * for as long as the caller is in its RCU section.
 */
static bool reass_expire(unsigned long now, struct ksmol_pbuf_list *gone,
			 struct ksmol_iface **iface, u16 *hlen)
{
	struct ksmol_reass *r;
	bool due;

	spin_lock(&reass.lock);
	r = list_first_entry_or_null(&reass.contexts, struct ksmol_reass, age);
	due = r && time_after_eq(now, r->expires);
	if (due) {
		*iface = r->iface;
		*hlen = r->hlen;
		reass.timeouts += !r->dead;
		ksmol_reass_close(&reass, r, gone);
	}
	spin_unlock(&reass.lock);
	return due;
}

bool ksmol_reass_run(unsigned long now, unsigned long *next)
{
	struct ksmol_pbuf_list gone;
	struct ksmol_iface *iface;
	struct ksmol_reass *r;
	u16 hlen;

	ksmol_pbuf_list_init(&gone);
	rcu_read_lock();
	while (reass_expire(now, &gone, &iface, &hlen)) {
		if (gone.first)
			reass_tell(iface, gone.first, hlen);
		reass_purge_list(&gone);
	}
	rcu_read_unlock();
	spin_lock(&reass.lock);
	r = list_first_entry_or_null(&reass.contexts, struct ksmol_reass, age);
	if (r)
		*next = r->expires;
	spin_unlock(&reass.lock);
	return r;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_reass_run);

static void reass_tick(struct timer_list *timer)
{
	unsigned long next;

	if (ksmol_reass_run(jiffies, &next))
		mod_timer(timer, next);
}

/* --- beginning and end --- */

void ksmol_reass_purge(const struct ksmol_iface *iface)
{
	struct ksmol_reass *r, *next;
	struct ksmol_pbuf_list gone;

	ksmol_pbuf_list_init(&gone);
	spin_lock_bh(&reass.lock);
	list_for_each_entry_safe(r, next, &reass.contexts, age)
		if (r->iface == iface)
			ksmol_reass_close(&reass, r, &gone);
	spin_unlock_bh(&reass.lock);
	local_bh_disable();
	reass_purge_list(&gone);
	local_bh_enable();
}

static int reass_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "contexts: %u\n", READ_ONCE(reass.nr));
	seq_printf(m, "contexts_max: %u\n", reass.max);
	seq_printf(m, "pbufs: %u\n", READ_ONCE(reass.pbufs));
	seq_printf(m, "pbufs_max: %u\n", reass.pbufs_max);
	seq_printf(m, "bytes: %llu\n", READ_ONCE(reass.bytes));
	seq_printf(m, "bytes_max: %llu\n", reass.bytes_max);
	seq_printf(m, "complete: %llu\n", READ_ONCE(reass.complete));
	seq_printf(m, "timeouts: %llu\n", READ_ONCE(reass.timeouts));
	seq_printf(m, "evicted: %llu\n", READ_ONCE(reass.evicted));
	seq_printf(m, "refused: %llu\n", READ_ONCE(reass.refused));
	return 0;
}

int ksmol_reass_init(void)
{
	const struct ksmol_pool_config *cfg = &ksmol_pool.cfg;
	int err;

	err = ksmol_reass_table_init(&reass, ksmol_params.reass_max,
				     cfg->cap[KSMOL_CAP_REASS],
				     cfg->rx_bytes / 2);
	if (err)
		return err;
	reass.cap = &ksmol_pool.cap[KSMOL_CAP_REASS];
	timer_setup(&reass_timer, reass_tick, 0);
	reass_file = ksmol_debugfs_file(NULL, "reassembly", reass_show, NULL);
	ksmol_pool_reclaimer(&ksmol_pool, KSMOL_RECLAIM_REASS, reass_reclaim);
	return 0;
}

/* No interface is left, and so no context in use. */
void ksmol_reass_exit(void)
{
	ksmol_pool_reclaimer(&ksmol_pool, KSMOL_RECLAIM_REASS, NULL);
	ksmol_debugfs_remove(reass_file);
	timer_shutdown_sync(&reass_timer);
	ksmol_reass_table_exit(&reass);
}
