// SPDX-License-Identifier: GPL-2.0-only
/* The DHCP client's state machine (RFC 2131 4.4). */
#include <linux/inetdevice.h>
#include <ksmol/compat.h>
#include <ksmol/wire.h>
#include "dhcp_fsm.h"

/* --- beginning --- */

static void fsm_enter(struct ksmol_dhcp_fsm *fsm, enum ksmol_dhcp_state state,
		      u64 due)
{
	fsm->state = state;
	fsm->tries = 0;
	fsm->due = due;
}

static void fsm_init(struct ksmol_dhcp_fsm *fsm, u64 when, u32 random)
{
	memset(&fsm->lease, 0, sizeof(fsm->lease));
	fsm->xid = random;
	fsm->began = when;
	fsm_enter(fsm, KSMOL_DHCP_INIT, when);
}

/* 4.4.1: those who got power at once shall not all ask at once. */
void ksmol_dhcp_fsm_start(struct ksmol_dhcp_fsm *fsm, u64 now, u32 random)
{
	fsm->failures = 0;
	fsm_init(fsm, now + random % 1000, random);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_fsm_start);

void ksmol_dhcp_fsm_stop(struct ksmol_dhcp_fsm *fsm)
{
	memset(fsm, 0, sizeof(*fsm));
	fsm->due = KSMOL_DHCP_NEVER;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_fsm_stop);

/* A server that takes back what it gave must not keep us busy. */
static void fsm_refused(struct ksmol_dhcp_fsm *fsm, u64 now, u32 random)
{
	u64 wait = 1000ULL << min_t(u8, fsm->failures, 6);

	fsm->failures = min(fsm->failures + 1, 6);
	fsm_init(fsm, now + wait + random % 1000, random);
}

void ksmol_dhcp_fsm_failed(struct ksmol_dhcp_fsm *fsm, u64 now, u32 random)
{
	if (ksmol_dhcp_fsm_leased(fsm))
		fsm_init(fsm, now + KSMOL_DHCP_DECLINE_WAIT, random);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_fsm_failed);

/* --- time --- */

/* 4.1: 4, 8, 16, 32, then always 64 seconds, each give or take one. */
static u64 fsm_backoff(const struct ksmol_dhcp_fsm *fsm, u32 random)
{
	u64 wait = (u64)KSMOL_DHCP_BACKOFF << min(fsm->tries - 1, 4);

	return min_t(u64, wait, KSMOL_DHCP_BACKOFF_MAX) - 1000 + random % 2001;
}

/* 4.4.5: half of what is left, and a minute at least; but an eighth of what is
 * left after T1 of a lease that is short.
 */
static u64 fsm_again(const struct ksmol_dhcp_fsm *fsm, u64 now, u64 until)
{
	u64 least = clamp_t(u64, (fsm->lease.end - fsm->lease.t1) / 8, 1000,
			    KSMOL_DHCP_RENEW_MIN);

	if (until <= now)
		return now;
	return min(until, now + max((until - now) / 2, least));
}

/* Where time alone has taken us. */
static void fsm_advance(struct ksmol_dhcp_fsm *fsm, u64 now, u32 random)
{
	const struct ksmol_dhcp_lease *lease = &fsm->lease;

	if (ksmol_dhcp_fsm_leased(fsm) && now >= lease->end) {
		fsm_init(fsm, now, random);
		return;
	}
	switch (fsm->state) {
	case KSMOL_DHCP_BOUND:
	case KSMOL_DHCP_RENEWING:
		if (fsm->state == KSMOL_DHCP_BOUND)
			fsm->began = now;
		if (now >= lease->t2)
			fsm_enter(fsm, KSMOL_DHCP_REBINDING, now);
		else if (fsm->state == KSMOL_DHCP_BOUND && now >= lease->t1)
			fsm_enter(fsm, KSMOL_DHCP_RENEWING, now);
		break;
	case KSMOL_DHCP_REQUESTING:
		if (fsm->tries >= KSMOL_DHCP_REQUESTS)
			fsm_init(fsm, now, random);
		break;
	case KSMOL_DHCP_DECLINING:
		if (now >= fsm->until)
			fsm_init(fsm, now, random);
		break;
	}
}

static enum ksmol_dhcp_act fsm_act(const struct ksmol_dhcp_fsm *fsm)
{
	switch (fsm->state) {
	case KSMOL_DHCP_INIT:
	case KSMOL_DHCP_SELECTING:
		return KSMOL_DHCP_SEND_DISCOVER;
	case KSMOL_DHCP_REQUESTING:
		return KSMOL_DHCP_SEND_REQUEST;
	case KSMOL_DHCP_RENEWING:
		return KSMOL_DHCP_SEND_RENEW;
	case KSMOL_DHCP_REBINDING:
		return KSMOL_DHCP_SEND_REBIND;
	case KSMOL_DHCP_DECLINING:
		return KSMOL_DHCP_SEND_DECLINE;
	default:
		return KSMOL_DHCP_NOTHING;
	}
}

enum ksmol_dhcp_act ksmol_dhcp_fsm_due(struct ksmol_dhcp_fsm *fsm, u64 now,
				       u32 random)
{
	if (now < fsm->due)
		return KSMOL_DHCP_NOTHING;
	fsm_advance(fsm, now, random);
	if (now < fsm->due)
		return KSMOL_DHCP_NOTHING;
	/* A number of its own, to know which of several requests is answered. */
	if (fsm->state == KSMOL_DHCP_RENEWING ||
	    fsm->state == KSMOL_DHCP_REBINDING)
		fsm->xid = random;
	return fsm_act(fsm);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_fsm_due);

/* --- out --- */

void ksmol_dhcp_fsm_request(const struct ksmol_dhcp_fsm *fsm,
			    enum ksmol_dhcp_act act, u64 now,
			    struct ksmol_dhcp_request *req)
{
	const struct ksmol_dhcp_lease *lease = &fsm->lease;

	memset(req, 0, sizeof(*req));
	req->xid = fsm->xid;
	req->type = KSMOL_DHCP_REQUEST;
	req->secs = min_t(u64, (now - min(now, fsm->began)) / 1000, U16_MAX);
	switch (act) {
	case KSMOL_DHCP_SEND_RENEW:
	case KSMOL_DHCP_SEND_REBIND:
		req->ciaddr = lease->addr;
		return;
	case KSMOL_DHCP_SEND_DISCOVER:
		req->type = KSMOL_DHCP_DISCOVER;
		return;
	case KSMOL_DHCP_SEND_DECLINE:
		req->type = KSMOL_DHCP_DECLINE;
		req->secs = 0;
		break;
	default:
		break;
	}
	req->address = lease->addr;
	req->server = lease->server;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_fsm_request);

void ksmol_dhcp_fsm_sent(struct ksmol_dhcp_fsm *fsm, enum ksmol_dhcp_act act,
			 u32 xid, bool sent, u64 now, u32 random)
{
	/* Its state may have moved while the packet was on its way. */
	if (fsm_act(fsm) != act || fsm->xid != xid)
		return;
	if (!sent) {
		fsm->due = now + KSMOL_DHCP_RETRY;
		return;
	}
	if (fsm->tries < U8_MAX)
		fsm->tries++;
	switch (act) {
	case KSMOL_DHCP_SEND_DISCOVER:
		fsm->state = KSMOL_DHCP_SELECTING;
		fsm->due = now + fsm_backoff(fsm, random);
		break;
	case KSMOL_DHCP_SEND_REQUEST:
		/* Which of them is answered can't be told: the first counts. */
		if (fsm->tries == 1)
			fsm->asked = now;
		fsm->due = now + fsm_backoff(fsm, random);
		break;
	case KSMOL_DHCP_SEND_RENEW:
		fsm->due = fsm_again(fsm, now, fsm->lease.t2);
		fsm->asked = now;
		break;
	case KSMOL_DHCP_SEND_REBIND:
		fsm->due = fsm_again(fsm, now, fsm->lease.end);
		fsm->asked = now;
		break;
	case KSMOL_DHCP_SEND_DECLINE:
		fsm_init(fsm, fsm->until, random);
		break;
	default:
		break;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_fsm_sent);

/* --- in --- */

/* Can a host live by it (RFC 1122 3.2.1.3)? */
static bool msg_usable(const struct ksmol_dhcp *msg)
{
	__be32 mask = inet_make_mask(msg->plen);
	__be32 host = msg->yiaddr & ~mask;

	if (!msg->server || !msg->plen || msg->lease < KSMOL_DHCP_LEASE_MIN ||
	    !ksmol_ipv4_is_wire_source(msg->yiaddr) ||
	    !ksmol_ipv4_is_wire_source(msg->server))
		return false;
	return msg->plen >= 31 || (host && host != ~mask);
}

/* The first that is a neighbor: one beyond would never answer. */
static __be32 msg_router(const struct ksmol_dhcp *msg)
{
	__be32 mask = inet_make_mask(msg->plen);
	int i;

	for (i = 0; i < msg->nr_routers; i++) {
		__be32 router = msg->routers[i], host = router & ~mask;

		if (router == msg->yiaddr || (router ^ msg->yiaddr) & mask)
			continue;
		if (msg->plen >= 31 || (host && host != ~mask))
			return router;
	}
	return 0;
}

/* Times that contradict each other are those of RFC 2131 4.4.5. */
static void lease_times(struct ksmol_dhcp_lease *lease,
			const struct ksmol_dhcp *msg, u64 asked)
{
	u64 end = msg->lease * 1000ULL, t1 = msg->t1 * 1000ULL,
	    t2 = msg->t2 * 1000ULL;

	if (msg->lease == KSMOL_DHCP_INFINITE) {
		lease->t1 = KSMOL_DHCP_NEVER;
		lease->t2 = KSMOL_DHCP_NEVER;
		lease->end = KSMOL_DHCP_NEVER;
		return;
	}
	if (!t2 || t2 >= end)
		t2 = end / 8 * 7;
	if (!t1 || t1 >= t2)
		t1 = end / 2 < t2 ? end / 2 : t2 / 2;
	lease->t1 = asked + t1;
	lease->t2 = asked + t2;
	lease->end = asked + end;
}

static void fsm_take(struct ksmol_dhcp_fsm *fsm, const struct ksmol_dhcp *msg)
{
	fsm->lease.addr = msg->yiaddr;
	fsm->lease.plen = msg->plen;
	fsm->lease.server = msg->server;
	fsm->lease.router = msg_router(msg);
	lease_times(&fsm->lease, msg, fsm->asked);
}

static int fsm_offered(struct ksmol_dhcp_fsm *fsm,
		       const struct ksmol_dhcp *msg, u64 now)
{
	if (fsm->state != KSMOL_DHCP_SELECTING)
		return KSMOL_DROP_DHCP_STRAY;
	if (!msg_usable(msg))
		return KSMOL_DROP_DHCP_UNUSABLE;
	fsm_take(fsm, msg);
	fsm_enter(fsm, KSMOL_DHCP_REQUESTING, now);
	return 0;
}

/* Is it from the server that was asked? Any may answer who rebinds. */
static bool fsm_from_server(const struct ksmol_dhcp_fsm *fsm,
			    const struct ksmol_dhcp *msg)
{
	return fsm->state == KSMOL_DHCP_REBINDING ||
	       ((fsm->state == KSMOL_DHCP_REQUESTING ||
		 fsm->state == KSMOL_DHCP_RENEWING) &&
		msg->server == fsm->lease.server);
}

static int fsm_granted(struct ksmol_dhcp_fsm *fsm,
		       const struct ksmol_dhcp *msg)
{
	bool same = fsm->state != KSMOL_DHCP_REQUESTING &&
		    msg->yiaddr == fsm->lease.addr;

	/* Nor is there an answer before there was a request. */
	if (!fsm_from_server(fsm, msg) || !fsm->tries)
		return KSMOL_DROP_DHCP_STRAY;
	if (!msg_usable(msg))
		return KSMOL_DROP_DHCP_UNUSABLE;
	fsm_take(fsm, msg);
	fsm->failures = 0;
	if (same)
		fsm_enter(fsm, KSMOL_DHCP_BOUND, fsm->lease.t1);
	else
		fsm_enter(fsm, KSMOL_DHCP_CHECKING, fsm->lease.end);
	return 0;
}

static int fsm_denied(struct ksmol_dhcp_fsm *fsm, const struct ksmol_dhcp *msg,
		      u64 now, u32 random)
{
	if (!fsm_from_server(fsm, msg) || !fsm->tries)
		return KSMOL_DROP_DHCP_STRAY;
	fsm_refused(fsm, now, random);
	return 0;
}

int ksmol_dhcp_fsm_input(struct ksmol_dhcp_fsm *fsm,
			 const struct ksmol_dhcp *msg, u64 now, u32 random)
{
	if (msg->xid != fsm->xid)
		return KSMOL_DROP_DHCP_STRAY;
	switch (msg->type) {
	case KSMOL_DHCP_OFFER:
		return fsm_offered(fsm, msg, now);
	case KSMOL_DHCP_ACK:
		return fsm_granted(fsm, msg);
	default:
		return fsm_denied(fsm, msg, now, random);
	}
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_fsm_input);

void ksmol_dhcp_fsm_checked(struct ksmol_dhcp_fsm *fsm, bool free, u64 now,
			    u32 random)
{
	if (fsm->state != KSMOL_DHCP_CHECKING)
		return;
	if (free) {
		fsm_enter(fsm, KSMOL_DHCP_BOUND, fsm->lease.t1);
		return;
	}
	fsm->xid = random;
	fsm->until = now + KSMOL_DHCP_DECLINE_WAIT;
	fsm_enter(fsm, KSMOL_DHCP_DECLINING, now);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_dhcp_fsm_checked);
