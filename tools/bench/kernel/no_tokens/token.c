// SPDX-License-Identifier: GPL-2.0-only
/* Stands in for module/phy/token.c; see ksmol/token.h beside it. */

#include <linux/seq_file.h>
#include <ksmol/phy.h>

struct ksmol_pbuf *ksmol_tx_token_consume(struct ksmol_tx_token *tok,
					  bool control)
{
	struct ksmol_pbuf *pb = ksmol_pbuf_alloc_tx(&ksmol_pool, control);

	if (!pb)
		ksmol_tx_dropped(KSMOL_TX_DROP_NO_PBUF, tok->phy->ifindex);
	else if (control)
		pb->flags |= KSMOL_PB_CONTROL;
	return pb;
}

void ksmol_rx_token_drop(struct ksmol_rx_token *tok)
{
	if (!tok->pb)
		return;
	ksmol_pbuf_free(tok->pb);
	tok->pb = NULL;
}

int ksmol_tokens_show(struct seq_file *m, void *unused);

int ksmol_tokens_show(struct seq_file *m, void *unused)
{
	seq_puts(m, "policy: none\n");
	return 0;
}
