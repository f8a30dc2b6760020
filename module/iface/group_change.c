// SPDX-License-Identifier: GPL-2.0-only
/*
 * What routers are told when the sources of a group change (RFC 3376 5.1): the
 * difference to what they know for sure. Once they were told of a change, but
 * not yet as often as needed, and there is another, nobody knows what each of
 * them knows: then they are told the whole filter, which is always right.
 */
#include <linux/string.h>
#include <ksmol/compat.h>
#include "group.h"

static bool filter_names(const struct ksmol_group_filter *f,
			 const struct ksmol_addr *source)
{
	u8 i;

	for (i = 0; i < f->nr; i++)
		if (ksmol_addr_equal(&f->sources[i], source))
			return true;
	return false;
}

u8 ksmol_filter_minus(const struct ksmol_group_filter *a,
		      const struct ksmol_group_filter *b,
		      struct ksmol_addr *to)
{
	u8 i, n = 0;

	for (i = 0; i < a->nr; i++) {
		if (filter_names(b, &a->sources[i]))
			continue;
		if (to)
			to[n] = a->sources[i];
		n++;
	}
	return n;
}

/* No filter names a source twice. */
static bool filter_equal(const struct ksmol_group_filter *a,
			 const struct ksmol_group_filter *b)
{
	return a->exclude == b->exclude && a->nr == b->nr &&
	       !ksmol_filter_minus(a, b, NULL);
}

enum ksmol_group_news ksmol_group_news(struct ksmol_group *g)
{
	struct ksmol_group_change *change = &g->change;
	struct ksmol_group_filter now;

	ksmol_group_filter(g, &now);
	if (change->telling) {
		if (filter_equal(&now, &change->told))
			return KSMOL_NEWS_SAME;
		change->whole = true;
		return KSMOL_NEWS_NEW;
	}
	if (filter_equal(&now, &change->base) && !change->whole)
		return KSMOL_NEWS_NONE;
	return KSMOL_NEWS_NEW;
}

void ksmol_group_told(struct ksmol_group *g, bool last)
{
	struct ksmol_group_change *change = &g->change;

	ksmol_group_filter(g, last ? &change->base : &change->told);
	change->telling = !last;
	if (last)
		change->whole = false;
}

void ksmol_group_untold(struct ksmol_group *g)
{
	g->change.telling = false;
	g->change.whole = true;
}

const struct ksmol_group_filter *
ksmol_group_delta(const struct ksmol_group *g,
		  const struct ksmol_group_filter *now)
{
	if (g->change.whole || now->exclude != g->change.base.exclude)
		return NULL;
	return &g->change.base;
}
