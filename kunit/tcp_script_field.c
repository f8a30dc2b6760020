// SPDX-License-Identifier: GPL-2.0-only
/* Packet scripts: the connection's fields and choices by name. */

#include <linux/string.h>
#include "tcp_script.h"

/* What a field's number is relative to */
enum origin { PLAIN, ISS, IRS };

#define FIELD(name, origin) \
	{ #name, offsetof(struct ksmol_tcb, name), \
	  sizeof_field(struct ksmol_tcb, name), origin }

static const struct field {
	const char *name;
	u16 offset;
	u8 size;
	u8 origin;
} fields[] = {
	FIELD(rcv_nxt, IRS), FIELD(rcv_wup, IRS), FIELD(rcv_wnd, PLAIN),
	FIELD(copied_seq, IRS), FIELD(ooo_bytes, PLAIN),
	FIELD(ooo_pbufs, PLAIN), FIELD(ts_recent, PLAIN),
	FIELD(rcv_mss, PLAIN), FIELD(rcv_wscale, PLAIN),
	FIELD(snd_wscale, PLAIN), FIELD(fin_early, PLAIN),
	FIELD(snd_una, ISS), FIELD(snd_nxt, ISS), FIELD(snd_wnd, PLAIN),
	FIELD(write_seq, ISS), FIELD(snd_max_wnd, PLAIN), FIELD(snd_up, ISS),
	FIELD(mss, PLAIN), FIELD(gso_max, PLAIN), FIELD(sacked, PLAIN),
	FIELD(lost, PLAIN), FIELD(retrans, PLAIN), FIELD(cwnd, PLAIN),
	FIELD(ssthresh, PLAIN), FIELD(high_seq, ISS),
	FIELD(reordering, PLAIN), FIELD(dupacks, PLAIN), FIELD(backoff, PLAIN),
	FIELD(retries, PLAIN), FIELD(probes, PLAIN), FIELD(rack_reord, PLAIN),
	FIELD(rto, PLAIN), FIELD(min_rtt, PLAIN), FIELD(urg_data, PLAIN),
	FIELD(urg_seq, IRS), FIELD(rcv_up, IRS), FIELD(mss_peer, PLAIN),
	FIELD(mtu, PLAIN), FIELD(dsacks_in, PLAIN), FIELD(ooo_in, PLAIN),
	FIELD(retrans_total, PLAIN), FIELD(srtt8, PLAIN),
	FIELD(rttvar4, PLAIN), FIELD(quick, PLAIN), FIELD(pingpong, PLAIN),
	FIELD(segs_in, PLAIN), FIELD(data_segs_out, PLAIN),
	FIELD(bytes_acked, PLAIN), FIELD(bytes_retrans, PLAIN),
	FIELD(bytes_in, PLAIN),
};

#define CHOICE(name) \
	{ #name, offsetof(struct ksmol_tcp_config, name), \
	  sizeof_field(struct ksmol_tcp_config, name), PLAIN }

static const struct field choices[] = {
	CHOICE(user_mss), CHOICE(keep_cnt), CHOICE(syn_retries),
	CHOICE(keep_idle), CHOICE(keep_intvl), CHOICE(user_timeout),
	CHOICE(rto_max), CHOICE(linger2), CHOICE(window_clamp), CHOICE(rcvbuf),
	CHOICE(rcvbuf_max), CHOICE(sndbuf), CHOICE(notsent_lowat),
	CHOICE(pacing),
};

static const struct field *field_find(struct tcp_script *s,
				      const struct field *from, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (script_accept(s, from[i].name))
			return &from[i];
	return NULL;
}

static s64 field_get(const struct field *field, const void *base)
{
	const void *p = base + field->offset;

	switch (field->size) {
	case 1:
		return *(const u8 *)p;
	case 2:
		return *(const u16 *)p;
	case 4:
		return *(const u32 *)p;
	default:
		return *(const u64 *)p;
	}
}

static void field_put(const struct field *field, void *base, s64 value)
{
	void *p = base + field->offset;

	switch (field->size) {
	case 1:
		*(u8 *)p = value;
		break;
	case 2:
		*(u16 *)p = value;
		break;
	case 4:
		*(u32 *)p = value;
		break;
	default:
		*(u64 *)p = value;
	}
}

static u32 origin(const struct tcp_script *s, const struct field *field)
{
	return field->origin == ISS ? s->iss :
	       field->origin == IRS ? s->irs : 0;
}

static void expect_range(struct tcp_script *s, const char *name, s64 value)
{
	s64 lo, hi;

	script_range(s, &lo, &hi);
	if (value < lo || value > hi)
		script_fail(s, "%s is %lld", name, value);
}

/* What is computed from fields */
static bool check_computed(struct tcp_script *s)
{
	const struct ksmol_tcb *tcb = &s->tcb;

	if (script_accept(s, "readable"))
		expect_range(s, "readable", ksmol_tcp_readable(tcb));
	else if (script_accept(s, "flight"))
		expect_range(s, "flight", tcb->snd_nxt - tcb->snd_una);
	else if (script_accept(s, "pipe"))
		expect_range(s, "pipe", ksmol_tcp_pipe(tcb));
	else if (script_accept(s, "srtt"))
		expect_range(s, "srtt", tcb->srtt8 >> 3);
	else if (script_accept(s, "rttvar"))
		expect_range(s, "rttvar", tcb->rttvar4 >> 2);
	else if (script_accept(s, "notsent"))
		expect_range(s, "notsent", ksmol_tcp_notsent(tcb));
	else if (script_accept(s, "ts_on"))
		expect_range(s, "ts_on", !!(tcb->flags & KSMOL_TCP_F_TS));
	else if (script_accept(s, "sack_on"))
		expect_range(s, "sack_on", !!(tcb->flags & KSMOL_TCP_F_SACK));
	else if (script_accept(s, "wscale_on"))
		expect_range(s, "wscale_on",
			     !!(tcb->flags & KSMOL_TCP_F_WSCALE));
	else if (script_accept(s, "ecn_on"))
		expect_range(s, "ecn_on", !!(tcb->flags & KSMOL_TCP_F_ECN));
	else
		return false;
	return true;
}

/* NAME N. Return: false when there is no such field. */
bool script_field_check(struct tcp_script *s)
{
	const struct field *field;
	s64 value;

	if (check_computed(s))
		return true;
	field = field_find(s, fields, ARRAY_SIZE(fields));
	if (!field)
		return false;
	value = field_get(field, &s->tcb);
	if (field->origin)
		value = (s32)((u32)value - origin(s, field));
	expect_range(s, field->name, value);
	return true;
}

static bool set_bit_choice(struct tcp_script *s)
{
	struct ksmol_tcp_config *cfg = &s->tcb.cfg;

	if (script_accept(s, "nodelay"))
		cfg->nodelay = script_number(s);
	else if (script_accept(s, "cork"))
		cfg->cork = script_number(s);
	else if (script_accept(s, "quickack_off"))
		cfg->quickack_off = script_number(s);
	else if (script_accept(s, "oobinline"))
		cfg->oobinline = script_number(s);
	else if (script_accept(s, "keepalive"))
		cfg->keepalive = script_number(s);
	else
		return false;
	return true;
}

/* set NAME N */
void script_field_set(struct tcp_script *s)
{
	bool keep = script_is(s, "keepalive") || script_is(s, "keep_idle");
	const struct field *field;

	if (script_accept(s, "chunk")) {
		s->chunk = script_number(s);
		return;
	}
	if (!set_bit_choice(s)) {
		field = field_find(s, choices, ARRAY_SIZE(choices));
		if (field) {
			field_put(field, &s->tcb.cfg, script_number(s));
		} else {
			field = field_find(s, fields, ARRAY_SIZE(fields));
			if (!field) {
				script_fail(s, "no such field: %.*s",
					    (int)s->tok_len, s->tok);
				return;
			}
			field_put(field, &s->tcb,
				  script_number(s) + origin(s, field));
		}
		if (field->offset == offsetof(struct ksmol_tcp_config,
					      user_mss))
			ksmol_tcp_sync_mss(&s->tcb);
	}
	if (keep)
		ksmol_tcp_keepalive(&s->tcb, s->now);
}
