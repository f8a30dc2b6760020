/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DHCP client's states (RFC 2131 4.4). Pure: it knows no clock, no packet
 * and no lock; time and chance are given, and it says what is to be sent.
 */
#ifndef _KSMOL_DHCP_FSM_H
#define _KSMOL_DHCP_FSM_H

#include <ksmol/dhcp.h>

#define KSMOL_DHCP_STATES(X)						\
	X(STOPPED,	"stopped")	/* no link */			\
	X(INIT,		"init")		/* about to look for servers */	\
	X(SELECTING,	"selecting")	/* looked, no offer yet */	\
	X(REQUESTING,	"requesting")	/* took an offer */		\
	X(CHECKING,	"checking")	/* has a lease; is it free? */	\
	X(BOUND,	"bound")					\
	X(RENEWING,	"renewing")	/* asks its server again */	\
	X(REBINDING,	"rebinding")	/* asks any server */		\
	X(DECLINING,	"declining")	/* somebody else has it */

enum ksmol_dhcp_state {
#define KSMOL_ENUM(id, key) KSMOL_DHCP_##id,
	KSMOL_DHCP_STATES(KSMOL_ENUM)
#undef KSMOL_ENUM
	KSMOL_NR_DHCP_STATES
};

/* What is to be sent. */
enum ksmol_dhcp_act {
	KSMOL_DHCP_NOTHING,
	KSMOL_DHCP_SEND_DISCOVER,
	KSMOL_DHCP_SEND_REQUEST,	/* to all, for what was offered */
	KSMOL_DHCP_SEND_RENEW,		/* to our server */
	KSMOL_DHCP_SEND_REBIND,		/* to all, for what we have */
	KSMOL_DHCP_SEND_DECLINE,
};

/* All times in milliseconds. What could not be sent is tried again so soon. */
#define KSMOL_DHCP_RETRY	100
/* 4.1: until the first repetition, doubled for each, give or take a second. */
#define KSMOL_DHCP_BACKOFF	4000
#define KSMOL_DHCP_BACKOFF_MAX	64000
/* Requests without an answer before we look for servers anew. */
#define KSMOL_DHCP_REQUESTS	4
/* 3.1: after a refused address. */
#define KSMOL_DHCP_DECLINE_WAIT	10000
/* 4.4.5: between requests for more time. Less where a lease is short. */
#define KSMOL_DHCP_RENEW_MIN	60000
/* A lease of less seconds would be spent on its own renewal. */
#define KSMOL_DHCP_LEASE_MIN	10
/* No time at all. */
#define KSMOL_DHCP_NEVER	U64_MAX

/**
 * struct ksmol_dhcp_lease - what a server granted, or offers
 * @router: to be the default gateway, 0 if there is none
 * @t1, @t2, @end: when to renew, rebind and stop, or KSMOL_DHCP_NEVER
 */
struct ksmol_dhcp_lease {
	__be32 addr;
	__be32 server;
	__be32 router;
	u8 plen;
	u64 t1;
	u64 t2;
	u64 end;
};

/**
 * struct ksmol_dhcp_fsm - all that is known; times in ms of one clock
 * @state: enum ksmol_dhcp_state
 * @tries: messages sent in this state
 * @failures: refusals since the last lease
 * @xid: of the exchange under way
 * @began: when that began
 * @asked: when the request was sent that a lease counts from
 * @due: when there is something to do, or KSMOL_DHCP_NEVER
 * @until: DECLINING: when to begin anew
 * @lease: the one offered or granted
 */
struct ksmol_dhcp_fsm {
	u8 state;
	u8 tries;
	u8 failures;
	u32 xid;
	u64 began;
	u64 asked;
	u64 due;
	u64 until;
	struct ksmol_dhcp_lease lease;
};

/* The link is there: looks for servers within a second. */
void ksmol_dhcp_fsm_start(struct ksmol_dhcp_fsm *fsm, u64 now, u32 random);

/* It is gone, and the lease forgotten. */
void ksmol_dhcp_fsm_stop(struct ksmol_dhcp_fsm *fsm);

/* Lets time pass. Return: what is to be sent now. */
enum ksmol_dhcp_act ksmol_dhcp_fsm_due(struct ksmol_dhcp_fsm *fsm, u64 now,
				       u32 random);

/**
 * ksmol_dhcp_fsm_request() - the message that an act stands for
 * @req: type, xid, secs and the addresses are set, the rest is zero
 */
void ksmol_dhcp_fsm_request(const struct ksmol_dhcp_fsm *fsm,
			    enum ksmol_dhcp_act act, u64 now,
			    struct ksmol_dhcp_request *req);

/* It has been sent as @xid (@sent), or could not be and stays due. */
void ksmol_dhcp_fsm_sent(struct ksmol_dhcp_fsm *fsm, enum ksmol_dhcp_act act,
			 u32 xid, bool sent, u64 now, u32 random);

/**
 * ksmol_dhcp_fsm_input() - a message from a server, for us
 *
 * Return: 0 if it was of use, DHCP_STRAY or DHCP_UNUSABLE.
 */
int ksmol_dhcp_fsm_input(struct ksmol_dhcp_fsm *fsm,
			 const struct ksmol_dhcp *msg, u64 now, u32 random);

/* The leased address turned out to be free, or not. */
void ksmol_dhcp_fsm_checked(struct ksmol_dhcp_fsm *fsm, bool free, u64 now,
			    u32 random);

/* It can't be taken into use for want of memory or room. */
void ksmol_dhcp_fsm_failed(struct ksmol_dhcp_fsm *fsm, u64 now, u32 random);

/* Is there a lease that the interface is to live by? */
static inline bool ksmol_dhcp_fsm_leased(const struct ksmol_dhcp_fsm *fsm)
{
	return fsm->state >= KSMOL_DHCP_CHECKING &&
	       fsm->state <= KSMOL_DHCP_REBINDING;
}

#endif /* _KSMOL_DHCP_FSM_H */
