/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tokens: the right to send one frame, and the right to one received frame.
 * tools/bench/kernel/no_tokens has the same header with nothing behind it, to measure
 * what they cost.
 */
#ifndef _KSMOL_TOKEN_H
#define _KSMOL_TOKEN_H

#include <linux/types.h>
#include <ksmol/params.h>
#include <ksmol/pool.h>

struct ksmol_phy;

enum ksmol_token_state {
	KSMOL_TOKEN_ENDED,
	KSMOL_TOKEN_PROMISE,	/* of a buffer */
	KSMOL_TOKEN_FILLED,	/* it holds one */
};

/**
 * struct ksmol_tx_token - the right to send one frame on one device
 * @phy: the device
 * @pb: the buffer it holds, or NULL: under lazy and reserve policy it is only
 *	a promise. This pointer is the "should free" flag: consuming clears it.
 * @policy: the policy it was opened under, enum ksmol_tx_policy
 * @open: enum ksmol_token_state
 *
 * A token ends exactly once, by ksmol_tx_token_consume() or by
 * ksmol_tx_token_drop(); dropping an ended token is harmless, which is what
 * scope exit does with KSMOL_TX_TOKEN().
 */
struct ksmol_tx_token {
	struct ksmol_phy *phy;
	struct ksmol_pbuf *pb;
	u8 policy;
	u8 open;
};

/**
 * struct ksmol_rx_token - the right to one received frame
 * @pb: the frame; whoever keeps it clears this
 *
 * Dropping a token that still holds its frame frees it.
 */
struct ksmol_rx_token {
	struct ksmol_pbuf *pb;
};

/* Eager: takes the token's buffer now. BH disabled. Return: 0 or -ENOBUFS. */
int ksmol_tx_token_fill(struct ksmol_tx_token *tok);

/**
 * ksmol_tx_token_open() - ask for the right to send one frame
 *
 * eager: allocates now; lazy, reserve: promises.
 * Context: BH disabled. Return: 0, or -ENOBUFS (eager only).
 */
static inline int ksmol_tx_token_open(struct ksmol_tx_token *tok,
				      struct ksmol_phy *phy)
{
	tok->phy = phy;
	tok->pb = NULL;
	tok->policy = READ_ONCE(ksmol_params.tx_policy);
	tok->open = KSMOL_TOKEN_PROMISE;
	if (unlikely(tok->policy == KSMOL_POLICY_EAGER))
		return ksmol_tx_token_fill(tok);
	return 0;
}

/**
 * ksmol_tx_token_consume() - end a token by turning it into a buffer
 * @control: a control reply (ARP, ND, ACK, RST, echo, IGMP/MLD): may use the
 *	reserve under the reserve policy
 *
 * Never panics; protocol state may move only after this returned a buffer.
 *
 * Context: BH disabled. Return: TX pbuf, owner STACK, the caller's; or NULL
 * (counted tx_no_pbuf). The token is ended in either case.
 */
struct ksmol_pbuf *ksmol_tx_token_consume(struct ksmol_tx_token *tok,
					  bool control);

/* May the buffer come from the reserve? Asked before the token has ended. */
static inline bool
ksmol_tx_token_reserve(const struct ksmol_tx_token *tok, bool control)
{
	return control && tok->policy == KSMOL_POLICY_RESERVE;
}

/* Ends a token unused: what it held goes back. BH disabled. */
void ksmol_tx_token_drop(struct ksmol_tx_token *tok);

/*
 * The same where every received frame passes: most tokens are promises that
 * nobody calls in, and this is all that they cost.
 * @stats: those of this CPU
 */
static inline void ksmol_tx_token_end(struct ksmol_tx_token *tok,
				      struct ksmol_stats *stats)
{
	if (unlikely(tok->open != KSMOL_TOKEN_PROMISE)) {
		ksmol_tx_token_drop(tok);
		return;
	}
	tok->open = KSMOL_TOKEN_ENDED;
	stats->token[tok->policy][KSMOL_TOKEN_DROPPED]++;
}

void ksmol_rx_token_drop(struct ksmol_rx_token *tok);

/* Scope exit; inline, so that nothing is called where the end is known. */
static inline void ksmol_tx_token_leave(struct ksmol_tx_token *tok)
{
	if (tok->open)
		ksmol_tx_token_drop(tok);
}

static inline void ksmol_rx_token_leave(struct ksmol_rx_token *tok)
{
	if (tok->pb)
		ksmol_rx_token_drop(tok);
}

/* Tokens that end with their scope. */
#define KSMOL_TX_TOKEN(name) \
	struct ksmol_tx_token name __cleanup(ksmol_tx_token_leave) = {}
#define KSMOL_RX_TOKEN(name) \
	struct ksmol_rx_token name __cleanup(ksmol_rx_token_leave) = {}

#endif /* _KSMOL_TOKEN_H */
