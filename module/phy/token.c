// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tokens: the right to send one frame, and the right to one received frame.
 *
 * Of every token handed out exactly one end is counted, so that they sum up to
 * how many there were:
 *
 *	opened = consumed + reserve + failed + dropped
 *
 * and "returned" says how many of the dropped ones gave a buffer back.
 */

#include <linux/seq_file.h>
#include <ksmol/compat.h>
#include "phy.h"

static void token_count(const struct ksmol_tx_token *tok,
			enum ksmol_token_end end)
{
	this_cpu_ptr(&ksmol_stats)->token[tok->policy][end]++;
}

/* No TX buffer, no receive. */
int ksmol_tx_token_fill(struct ksmol_tx_token *tok)
{
	tok->pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	if (!tok->pb) {
		tok->open = KSMOL_TOKEN_ENDED;
		token_count(tok, KSMOL_TOKEN_REFUSED);
		return -ENOBUFS;
	}
	tok->open = KSMOL_TOKEN_FILLED;
	ksmol_pbuf_own(tok->pb, KSMOL_OWNER_TOKEN);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tx_token_fill);

/* The buffer that the token holds, or one by the policy it was opened under. */
static struct ksmol_pbuf *token_take(struct ksmol_tx_token *tok, bool control)
{
	struct ksmol_pbuf *pb = tok->pb;

	tok->pb = NULL;
	if (!pb)
		return ksmol_pbuf_alloc_tx(&ksmol_pool,
					   ksmol_tx_token_reserve(tok, control));
	ksmol_pbuf_own(pb, KSMOL_OWNER_STACK);
	return pb;
}

struct ksmol_pbuf *ksmol_tx_token_consume(struct ksmol_tx_token *tok,
					  bool control)
{
	struct ksmol_pbuf *pb;

	if (!tok->open)
		return NULL;
	tok->open = KSMOL_TOKEN_ENDED;
	pb = token_take(tok, control);
	if (!pb) {
		token_count(tok, KSMOL_TOKEN_FAILED);
		ksmol_tx_dropped(KSMOL_TX_DROP_NO_PBUF, tok->phy->ifindex);
		return NULL;
	}
	if (control)
		pb->flags |= KSMOL_PB_CONTROL;
	token_count(tok, pb->home == KSMOL_CLASS_RESERVE ?
		    KSMOL_TOKEN_RESERVE : KSMOL_TOKEN_CONSUMED);
	return pb;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tx_token_consume);

void ksmol_tx_token_drop(struct ksmol_tx_token *tok)
{
	if (!tok->open)
		return;
	tok->open = KSMOL_TOKEN_ENDED;
	token_count(tok, KSMOL_TOKEN_DROPPED);
	if (!tok->pb)
		return;
	token_count(tok, KSMOL_TOKEN_RETURNED);
	ksmol_pbuf_free(tok->pb);
	tok->pb = NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tx_token_drop);

void ksmol_rx_token_drop(struct ksmol_rx_token *tok)
{
	if (!tok->pb)
		return;
	ksmol_pbuf_free(tok->pb);
	tok->pb = NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_rx_token_drop);

static u64 policy_opened(enum ksmol_tx_policy policy)
{
	return ksmol_stats_read(token[policy][KSMOL_TOKEN_CONSUMED]) +
	       ksmol_stats_read(token[policy][KSMOL_TOKEN_RESERVE]) +
	       ksmol_stats_read(token[policy][KSMOL_TOKEN_FAILED]) +
	       ksmol_stats_read(token[policy][KSMOL_TOKEN_DROPPED]);
}

static void policy_show(struct seq_file *m, enum ksmol_tx_policy policy)
{
	int end;

	seq_printf(m, "%-8s %12llu", ksmol_policy_names[policy],
		   policy_opened(policy));
	for (end = 0; end < KSMOL_NR_TOKEN_ENDS; end++)
		seq_printf(m, " %12llu",
			   ksmol_stats_read(token[policy][end]));
	seq_putc(m, '\n');
}

/* debugfs tokens: the policy in force, then a table of ends by policy. */
int ksmol_tokens_show(struct seq_file *m, void *unused)
{
	int i;

	seq_printf(m, "policy: %s\n%-8s %12s",
		   ksmol_policy_names[READ_ONCE(ksmol_params.tx_policy)],
		   "policy", "opened");
	for (i = 0; i < KSMOL_NR_TOKEN_ENDS; i++)
		seq_printf(m, " %12s", ksmol_token_end_names[i]);
	seq_putc(m, '\n');
	for (i = 0; i < KSMOL_NR_POLICIES; i++)
		policy_show(m, i);
	return 0;
}
