// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/string.h>
#include <ksmol/compat.h>
#include "neighbor_fsm.h"

void ksmol_neigh_fsm_init(struct ksmol_neigh_fsm *f, unsigned long now,
			  unsigned long reachable)
{
	memset(f, 0, sizeof(*f));
	f->reachable = reachable;
	f->retrans = KSMOL_NEIGH_RETRANS;
	f->used = now;
	f->confirmed = now;
	/* Never asked: as long ago as makes a first question allowed. */
	f->solicited = now - KSMOL_NEIGH_RETRANS;
	f->due = now;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_fsm_init);

static void fsm_move(struct ksmol_neigh_fsm *f, enum ksmol_neigh_state state,
		     unsigned long due)
{
	f->state = state;
	f->due = due;
}

static u8 fsm_ask(struct ksmol_neigh_fsm *f, unsigned long now, u8 how)
{
	f->tries++;
	f->solicited = now;
	f->due = now + f->retrans;
	return how;
}

/* Begins a round of questions; the first at once, unless the last question
 * of an earlier round was less than a second ago.
 */
static u8 fsm_round(struct ksmol_neigh_fsm *f, unsigned long now,
		    enum ksmol_neigh_state state, u8 how)
{
	f->tries = 0;
	f->unsent = 0;
	fsm_move(f, state, f->solicited + f->retrans);
	if (time_before(now, f->due))
		return 0;
	return fsm_ask(f, now, how);
}

static void fsm_reachable(struct ksmol_neigh_fsm *f, unsigned long now)
{
	f->confirmed = now;
	fsm_move(f, KSMOL_NEIGH_REACHABLE, now + f->reachable);
}

u8 ksmol_neigh_fsm_send(struct ksmol_neigh_fsm *f, unsigned long now)
{
	f->used = now;
	f->ours = true;
	switch (f->state) {
	case KSMOL_NEIGH_FREE:
	case KSMOL_NEIGH_FAILED:
		return KSMOL_NEIGH_PARK |
		       fsm_round(f, now, KSMOL_NEIGH_INCOMPLETE,
				 KSMOL_NEIGH_ASK_ALL);
	case KSMOL_NEIGH_INCOMPLETE:
		return KSMOL_NEIGH_PARK;
	case KSMOL_NEIGH_STALE:
		fsm_move(f, KSMOL_NEIGH_DELAY, now + KSMOL_NEIGH_DELAY_TIME);
		return KSMOL_NEIGH_XMIT;
	default:
		return KSMOL_NEIGH_XMIT;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_fsm_send);

u8 ksmol_neigh_fsm_heard(struct ksmol_neigh_fsm *f, unsigned long now,
			 bool changed)
{
	switch (f->state) {
	case KSMOL_NEIGH_INCOMPLETE:
		/* Good enough for those who wait, but not proven. */
		fsm_move(f, KSMOL_NEIGH_DELAY, now + KSMOL_NEIGH_DELAY_TIME);
		return KSMOL_NEIGH_FLUSH_OK;
	case KSMOL_NEIGH_REACHABLE:
	case KSMOL_NEIGH_DELAY:
	case KSMOL_NEIGH_PROBE:
		if (!changed)
			return 0;
		fallthrough;
	default:
		fsm_move(f, KSMOL_NEIGH_STALE, now + KSMOL_NEIGH_STALE_TIME);
		return 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_fsm_heard);

u8 ksmol_neigh_fsm_answered(struct ksmol_neigh_fsm *f, unsigned long now,
			    bool changed)
{
	switch (f->state) {
	case KSMOL_NEIGH_INCOMPLETE:
		fsm_reachable(f, now);
		return KSMOL_NEIGH_FLUSH_OK;
	case KSMOL_NEIGH_PROBE:
		fsm_reachable(f, now);
		return 0;
	default:
		/* We have not asked: no proof. */
		return ksmol_neigh_fsm_heard(f, now, changed);
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_fsm_answered);

u8 ksmol_neigh_fsm_advertised(struct ksmol_neigh_fsm *f, unsigned long now,
			      bool solicited, bool override, bool changed)
{
	bool known = ksmol_neigh_fsm_known(f->state);

	/* Another address that does not count casts doubt on ours. */
	if (known && changed && !override) {
		if (f->state == KSMOL_NEIGH_REACHABLE)
			fsm_move(f, KSMOL_NEIGH_STALE,
				 now + KSMOL_NEIGH_STALE_TIME);
		return 0;
	}
	if (solicited) {
		bool waiting = f->state == KSMOL_NEIGH_INCOMPLETE;

		fsm_reachable(f, now);
		return KSMOL_NEIGH_TAKE |
		       (waiting ? KSMOL_NEIGH_FLUSH_OK : 0);
	}
	if (known && !changed)
		return 0;
	return KSMOL_NEIGH_TAKE | ksmol_neigh_fsm_heard(f, now, changed);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_fsm_advertised);

void ksmol_neigh_fsm_confirm(struct ksmol_neigh_fsm *f, unsigned long now)
{
	if (ksmol_neigh_fsm_known(f->state))
		fsm_reachable(f, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_fsm_confirm);

void ksmol_neigh_fsm_unsent(struct ksmol_neigh_fsm *f, unsigned long now)
{
	if (f->state != KSMOL_NEIGH_INCOMPLETE && f->state != KSMOL_NEIGH_PROBE)
		return;
	/* Without room to send for so long, it counts as asked: waiting
	 * packets must come to an end some time.
	 */
	if (!f->tries || f->unsent >= KSMOL_NEIGH_RETRIES)
		return;
	f->unsent++;
	f->tries--;
	f->due = now + KSMOL_NEIGH_RETRY;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_fsm_unsent);

static u8 fsm_again(struct ksmol_neigh_fsm *f, unsigned long now, u8 how)
{
	if (f->tries < KSMOL_NEIGH_TRIES)
		return fsm_ask(f, now, how);
	fsm_move(f, KSMOL_NEIGH_FAILED, now + KSMOL_NEIGH_FAILED_TIME);
	/* Nobody is there: anyone else may have its place. */
	f->ours = false;
	return KSMOL_NEIGH_FLUSH_FAIL;
}

/* A proof has run out. In use: ask, while its address stays in use, so that
 * traffic never waits. Not in use: it may go stale.
 */
static u8 fsm_expire(struct ksmol_neigh_fsm *f, unsigned long now)
{
	unsigned long confirmed = READ_ONCE(f->confirmed);
	unsigned long used = READ_ONCE(f->used);

	if (time_before(now, confirmed + f->reachable)) {
		f->due = confirmed + f->reachable;
		return 0;
	}
	if (time_after(used, confirmed))
		return fsm_round(f, now, KSMOL_NEIGH_PROBE,
				 KSMOL_NEIGH_ASK_ONE);
	fsm_move(f, KSMOL_NEIGH_STALE, now + KSMOL_NEIGH_STALE_TIME);
	return 0;
}

u8 ksmol_neigh_fsm_tick(struct ksmol_neigh_fsm *f, unsigned long now)
{
	if (time_before(now, f->due))
		return 0;
	switch (f->state) {
	case KSMOL_NEIGH_INCOMPLETE:
		return fsm_again(f, now, KSMOL_NEIGH_ASK_ALL);
	case KSMOL_NEIGH_REACHABLE:
		return fsm_expire(f, now);
	case KSMOL_NEIGH_DELAY:
		return fsm_round(f, now, KSMOL_NEIGH_PROBE,
				 KSMOL_NEIGH_ASK_ONE);
	case KSMOL_NEIGH_PROBE:
		return fsm_again(f, now, KSMOL_NEIGH_ASK_ONE);
	default:
		return KSMOL_NEIGH_RELEASE;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_fsm_tick);

bool ksmol_neigh_fsm_evictable(const struct ksmol_neigh_fsm *f,
			       unsigned long now)
{
	return (f->state == KSMOL_NEIGH_STALE ||
		f->state == KSMOL_NEIGH_FAILED) &&
	       !time_before(now, f->solicited + KSMOL_NEIGH_RETRANS);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_neigh_fsm_evictable);
