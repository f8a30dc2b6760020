/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands in for include/ksmol/token.h in the build that "what tokens cost" is
 * measured against (KSMOL_BENCH_NO_TOKENS=1): receiving asks for no right to
 * send and counts none; who replies takes a buffer, and the reserve if it must.
 */
#ifndef _KSMOL_TOKEN_H
#define _KSMOL_TOKEN_H

#include <linux/types.h>
#include <ksmol/pool.h>

struct ksmol_phy;

/* @phy: the device that a reply leaves by */
struct ksmol_tx_token {
	struct ksmol_phy *phy;
};

struct ksmol_rx_token {
	struct ksmol_pbuf *pb;
};

static inline int ksmol_tx_token_open(struct ksmol_tx_token *tok,
				      struct ksmol_phy *phy)
{
	tok->phy = phy;
	return 0;
}

static inline bool
ksmol_tx_token_reserve(const struct ksmol_tx_token *tok, bool control)
{
	return control;
}

struct ksmol_pbuf *ksmol_tx_token_consume(struct ksmol_tx_token *tok,
					  bool control);

static inline void ksmol_tx_token_end(struct ksmol_tx_token *tok,
				      struct ksmol_stats *stats)
{
}

void ksmol_rx_token_drop(struct ksmol_rx_token *tok);

static inline void ksmol_rx_token_leave(struct ksmol_rx_token *tok)
{
	if (tok->pb)
		ksmol_rx_token_drop(tok);
}

#define KSMOL_TX_TOKEN(name) \
	struct ksmol_tx_token name
#define KSMOL_RX_TOKEN(name) \
	struct ksmol_rx_token name __cleanup(ksmol_rx_token_leave) = {}

#endif /* _KSMOL_TOKEN_H */
