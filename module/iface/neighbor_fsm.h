/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The states of a neighbor (RFC 4861 7.3.2, used for ARP alike). Pure: it
 * knows no clock, no packet and no lock; it says what is to be done.
 */
#ifndef _KSMOL_NEIGHBOR_FSM_H
#define _KSMOL_NEIGHBOR_FSM_H

#include <linux/jiffies.h>
#include <linux/types.h>

#define KSMOL_NEIGH_STATES(X)						\
	X(FREE,		"free")						\
	X(INCOMPLETE,	"incomplete")	/* asked everyone, no answer yet */ \
	X(REACHABLE,	"reachable")	/* answered lately */		\
	X(STALE,	"stale")	/* known, not lately confirmed, idle */ \
	X(DELAY,	"delay")	/* stale, in use: others may confirm it */ \
	X(PROBE,	"probe")	/* in use, being asked directly */ \
	X(FAILED,	"failed")

enum ksmol_neigh_state {
#define KSMOL_ENUM(id, key) KSMOL_NEIGH_##id,
	KSMOL_NEIGH_STATES(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_NEIGH_STATES
};

/* What the caller is to do. */
#define KSMOL_NEIGH_XMIT	0x01	/* the packet goes out at once */
#define KSMOL_NEIGH_PARK	0x02	/* the packet waits */
#define KSMOL_NEIGH_ASK_ALL	0x04	/* broadcast a solicitation */
#define KSMOL_NEIGH_ASK_ONE	0x08	/* unicast a solicitation */
#define KSMOL_NEIGH_FLUSH_OK	0x10	/* waiting packets go out */
#define KSMOL_NEIGH_FLUSH_FAIL	0x20	/* waiting packets have failed */
#define KSMOL_NEIGH_RELEASE	0x40	/* the entry is of no more use */
#define KSMOL_NEIGH_TAKE	0x80	/* the address just heard is its address */

#define KSMOL_NEIGH_ASK		(KSMOL_NEIGH_ASK_ALL | KSMOL_NEIGH_ASK_ONE)

/* RFC 4861 10, and Linux's gc_stale_time. */
#define KSMOL_NEIGH_RETRANS	HZ
#define KSMOL_NEIGH_TRIES	3
#define KSMOL_NEIGH_REACHABLE_TIME (30 * HZ)
#define KSMOL_NEIGH_DELAY_TIME	(5 * HZ)
#define KSMOL_NEIGH_STALE_TIME	(60 * HZ)
#define KSMOL_NEIGH_FAILED_TIME	(5 * HZ)
/* A solicitation that got no buffer is tried again so soon, so often. */
#define KSMOL_NEIGH_RETRY	(HZ / 10 ?: 1)
#define KSMOL_NEIGH_RETRIES	30

/**
 * struct ksmol_neigh_fsm - state of a neighbor; all times in jiffies
 * @state: enum ksmol_neigh_state
 * @tries: solicitations sent in this round
 * @unsent: solicitations of this round that could not be sent
 * @ours: we have sent to it, and it has not failed since; otherwise it has only
 *	been heard, and makes room for others like it
 * @due: when ksmol_neigh_fsm_tick() has something to do
 * @solicited: last solicitation
 * @confirmed: last proof of reachability
 * @used: last packet sent to it
 * @reachable: how long a proof lasts
 * @retrans: between solicitations
 */
struct ksmol_neigh_fsm {
	u8 state;
	u8 tries;
	u8 unsent;
	bool ours;
	unsigned long due;
	unsigned long solicited;
	unsigned long confirmed;
	unsigned long used;
	unsigned long reachable;
	unsigned long retrans;
};

/* Does the entry hold a link-layer address that may be used? */
static inline bool ksmol_neigh_fsm_known(u8 state)
{
	return state == KSMOL_NEIGH_REACHABLE || state == KSMOL_NEIGH_STALE ||
	       state == KSMOL_NEIGH_DELAY || state == KSMOL_NEIGH_PROBE;
}

/* May a sender use it without telling the state machine? */
static inline bool ksmol_neigh_fsm_fast(u8 state)
{
	return state == KSMOL_NEIGH_REACHABLE || state == KSMOL_NEIGH_DELAY ||
	       state == KSMOL_NEIGH_PROBE;
}

void ksmol_neigh_fsm_init(struct ksmol_neigh_fsm *f, unsigned long now,
			  unsigned long reachable);

/* A packet is to be sent to it: XMIT or PARK, and maybe ASK_ALL. */
u8 ksmol_neigh_fsm_send(struct ksmol_neigh_fsm *f, unsigned long now);

/* It was heard, without our asking; @changed: at another address. */
u8 ksmol_neigh_fsm_heard(struct ksmol_neigh_fsm *f, unsigned long now,
			 bool changed);

/* It replied to us. */
u8 ksmol_neigh_fsm_answered(struct ksmol_neigh_fsm *f, unsigned long now,
			    bool changed);

/**
 * ksmol_neigh_fsm_advertised() - an advertisement came (RFC 4861 7.2.5)
 * @solicited, @override: its flags
 * @changed: it names another address than is known
 */
u8 ksmol_neigh_fsm_advertised(struct ksmol_neigh_fsm *f, unsigned long now,
			      bool solicited, bool override, bool changed);

/* An upper layer vouches for it. */
void ksmol_neigh_fsm_confirm(struct ksmol_neigh_fsm *f, unsigned long now);

/* The solicitation just asked for could not be sent: it stays due. */
void ksmol_neigh_fsm_unsent(struct ksmol_neigh_fsm *f, unsigned long now);

/* Time has passed. */
u8 ksmol_neigh_fsm_tick(struct ksmol_neigh_fsm *f, unsigned long now);

/**
 * ksmol_neigh_fsm_evictable() - may the entry make room for another
 *
 * Only when nobody uses it, and not within a second of a solicitation:
 * otherwise recreating the entry would solicit faster than once a second.
 */
bool ksmol_neigh_fsm_evictable(const struct ksmol_neigh_fsm *f,
			       unsigned long now);

#endif /* _KSMOL_NEIGHBOR_FSM_H */
