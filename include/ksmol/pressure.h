/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens before the pool is empty, and when it is: watermarks, the
 * reclaim ladder, and the caps of those who keep pbufs for long. Part of the
 * pool room; pool.h brings it along.
 */
#ifndef _KSMOL_PRESSURE_H
#define _KSMOL_PRESSURE_H

#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/types.h>

struct ksmol_pool;
struct ksmol_pool_config;
struct ksmol_pool_set;

/* --- watermarks --- */

/* How short a class is, by what is free on its shared list. */
#define KSMOL_LEVELS(X)							\
	X(OK,		"ok")						\
	X(LOW,		"low")						\
	X(CRITICAL,	"critical")

enum ksmol_level {
#define KSMOL_ENUM(id, key) KSMOL_LEVEL_##id,
	KSMOL_LEVELS(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_LEVELS
};

/**
 * struct ksmol_pressure - watermarks of a class and its level
 * @low: so many pbufs free or fewer are low: a quarter of the class
 * @critical: and so many are critical: an eighth
 * @slack: a level is left only with so many more than its mark free
 * @level: enum ksmol_level
 * @class: enum ksmol_class
 * @watched: the class has watermarks: it is neither empty nor EMERGENCY
 * @crossed: how often each level was entered
 *
 * The shared list's lock protects it. What CPUs keep in their caches is not
 * counted as free: it is at most a quarter of a class, and that much more than
 * configured there is of each.
 */
struct ksmol_pressure {
	u32 low;
	u32 critical;
	u32 slack;
	u8 level;
	u8 class;
	bool watched;
	u64 crossed[KSMOL_NR_LEVELS];
};

/**
 * ksmol_pressure_marks() - derive watermarks from a class's size
 * @count: pbufs as configured
 */
void ksmol_pressure_marks(struct ksmol_pressure *p, u32 count);

/* The level with @free pbufs, coming from p->level: pure. */
enum ksmol_level ksmol_pressure_level(const struct ksmol_pressure *p,
				      u32 free);

/* Zeroes the high-water marks: they begin anew with what is so now. Process. */
void ksmol_pool_reset_marks(struct ksmol_pool *pool);

/* --- the reclaim ladder --- */

/*
 * The steps, gentlest first. A pbuf that one of them frees goes to whoever
 * asks next: the request that failed has failed.
 */
#define KSMOL_RECLAIM_STEPS(X)						\
	X(CACHES,	"caches")	/* what other CPUs' caches hold */	\
	X(OOO,		"ooo")		/* out of order, not yet SACKed */	\
	X(REASS,	"reassembly")	/* oldest incomplete datagrams */	\
	X(NEIGH,	"neighbor")	/* oldest packets of silent neighbors */ \
	X(SACKED,	"sacked")	/* out of order, SACKed */

enum ksmol_reclaim_step {
#define KSMOL_ENUM(id, key) KSMOL_RECLAIM_##id,
	KSMOL_RECLAIM_STEPS(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_RECLAIM_STEPS
};

/**
 * typedef ksmol_reclaim_fn - a step's work
 * @class: KSMOL_CLASS_RX or KSMOL_CLASS_TX: who is short; a step that can't
 *	help that class frees nothing
 * @want: pbufs wanted
 *
 * Context: softirq, no locks, RCU read side. Return: pbufs freed or, with a
 * socket's owner in the way, promised.
 */
typedef u32 (*ksmol_reclaim_fn)(struct ksmol_pool *pool, int class, u32 want);

/**
 * struct ksmol_reclaim - the ladder of a pool
 * @step: what each step does; NULL where no room has plugged anything in
 * @asked: requests that failed for want of RX or TX pbufs since it last ran
 * @tasklet: climbs it, never inside anybody's allocation
 * @trimmed: caches are not trimmed again before these jiffies
 * @runs: how often each step was climbed
 * @freed: pbufs it gave
 */
struct ksmol_reclaim {
	ksmol_reclaim_fn step[KSMOL_NR_RECLAIM_STEPS];
	atomic_t asked[2];
	struct tasklet_struct tasklet;
	unsigned long trimmed;
	u64 runs[KSMOL_NR_RECLAIM_STEPS];
	atomic64_t freed[KSMOL_NR_RECLAIM_STEPS];
};

/* One run frees at most so many pbufs. */
#define KSMOL_RECLAIM_MAX 128

/**
 * ksmol_pool_reclaimer() - plug a room's step into the ladder
 * @fn: its work, or NULL to take it out, which waits for a run under way
 *
 * Context: process.
 */
void ksmol_pool_reclaimer(struct ksmol_pool *pool, enum ksmol_reclaim_step step,
			  ksmol_reclaim_fn fn);

/**
 * ksmol_pool_reclaim() - somebody found no pbuf that may be found: climb
 * @class: KSMOL_CLASS_RX or KSMOL_CLASS_TX
 *
 * Twice as many as were asked for are reclaimed, soon, in a softirq. Failed
 * allocations call it, except those that may take from the reserve; so may a
 * queue that the pool refused.
 *
 * Context: BH disabled, any locks.
 */
void ksmol_pool_reclaim(struct ksmol_pool *pool, int class);

/* Climbs until @want pbufs are reclaimed; return: how many. BH disabled, no
 * locks. For the tasklet and for KUnit.
 */
u32 ksmol_pool_climb(struct ksmol_pool *pool, int class, u32 want);

/* Gives this CPU's stashes to the shared lists if it was asked to. BH off. */
void ksmol_pool_trim_here(struct ksmol_pool *pool);

/* --- caps --- */

/*
 * Owners that keep pbufs for long, and how many all of them of a kind may
 * have. Sockets' receive queues have no number: dynamic thresholds leave the
 * floor, see ksmol_pbuf_may_queue().
 */
#define KSMOL_CAPS(X)							\
	X(OOO,		"tcp_ooo")	/* RX: streams, out of order */	\
	X(REASS,	"reassembly")	/* RX: incomplete datagrams */	\
	X(NEIGH,	"neighbor")	/* TX: packets for silent neighbors */

enum ksmol_cap_kind {
#define KSMOL_ENUM(id, key) KSMOL_CAP_##id,
	KSMOL_CAPS(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_CAPS
};

/**
 * struct ksmol_cap - what a kind of owner may hold
 * @max: pbufs at most, U32_MAX: no limit; may change at any time
 * @held: pbufs held
 * @peak: most held since load or the last reset, a hint
 * @refused: pbufs that were one too many
 */
struct ksmol_cap {
	u32 max;
	atomic_t held;
	u32 peak;
	atomic64_t refused;
};

/**
 * ksmol_cap_take() - may a kind of owner have @n pbufs more?
 *
 * Context: any. Return: true, and they are counted until ksmol_cap_give().
 */
static inline bool ksmol_cap_take(struct ksmol_cap *cap, u32 n)
{
	u32 held = atomic_add_return(n, &cap->held);

	if (unlikely(held > READ_ONCE(cap->max))) {
		atomic_sub(n, &cap->held);
		atomic64_inc(&cap->refused);
		return false;
	}
	if (unlikely(held > READ_ONCE(cap->peak)))
		WRITE_ONCE(cap->peak, held);
	return true;
}

/**
 * ksmol_caps_check() - do the caps of a configuration fit into its pool?
 * @why: set to a sentence with the numbers when they don't; valid until the
 *	next refusal
 *
 * Context: process, one at a time. Return: 0 or -EINVAL.
 */
int ksmol_caps_check(const struct ksmol_pool_config *cfg, const char **why);

/* Changes a cap of a living pool, if all of them fit; likewise. */
int ksmol_pool_set_cap(struct ksmol_pool *pool, enum ksmol_cap_kind kind,
		       u32 max, const char **why);

/* RX pbufs that no queue may take. */
u32 ksmol_pool_rx_floor(const struct ksmol_pool_config *cfg);

static inline void ksmol_cap_give(struct ksmol_cap *cap, u32 n)
{
	atomic_sub(n, &cap->held);
}

#endif /* _KSMOL_PRESSURE_H */
