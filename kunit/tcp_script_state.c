// SPDX-License-Identifier: GPL-2.0-only
/* Packet scripts: states, timers, events and counters by name. */

#include <linux/errno.h>
#include "tcp_script.h"

static const char * const state_names[] = {
	[TCP_ESTABLISHED] = "ESTABLISHED", [TCP_SYN_SENT] = "SYN_SENT",
	[TCP_SYN_RECV] = "SYN_RECV", [TCP_FIN_WAIT1] = "FIN_WAIT1",
	[TCP_FIN_WAIT2] = "FIN_WAIT2", [TCP_TIME_WAIT] = "TIME_WAIT",
	[TCP_CLOSE] = "CLOSE", [TCP_CLOSE_WAIT] = "CLOSE_WAIT",
	[TCP_LAST_ACK] = "LAST_ACK", [TCP_CLOSING] = "CLOSING",
};

static const char * const ca_names[] = {
	[KSMOL_TCP_CA_OPEN] = "OPEN", [KSMOL_TCP_CA_DISORDER] = "DISORDER",
	[KSMOL_TCP_CA_CWR] = "CWR", [KSMOL_TCP_CA_RECOVERY] = "RECOVERY",
	[KSMOL_TCP_CA_LOSS] = "LOSS",
};

static const char * const timer_names[KSMOL_TCP_NR_TIMERS] = {
	[KSMOL_TCP_T_RTO] = "RTO", [KSMOL_TCP_T_TLP] = "TLP",
	[KSMOL_TCP_T_REO] = "REO", [KSMOL_TCP_T_PERSIST] = "PERSIST",
	[KSMOL_TCP_T_DELACK] = "DELACK", [KSMOL_TCP_T_KEEP] = "KEEP",
	[KSMOL_TCP_T_SEND] = "SEND", [KSMOL_TCP_T_CLOSE] = "CLOSE",
};

static const char * const event_names[] = {
	"ESTABLISHED", "READABLE", "WRITABLE", "FIN", "ERROR", "CLOSED",
	"TIMEWAIT", "URGENT", "CONFIRM", "REROUTE",
};

static const struct {
	const char *name;
	int err;
} errors[] = {
	{ "ECONNRESET", ECONNRESET }, { "ECONNREFUSED", ECONNREFUSED },
	{ "ETIMEDOUT", ETIMEDOUT }, { "EPIPE", EPIPE },
	{ "EHOSTUNREACH", EHOSTUNREACH }, { "ENETUNREACH", ENETUNREACH },
	{ "EPROTO", EPROTO }, { "ENOBUFS", ENOBUFS },
	{ "ECONNABORTED", ECONNABORTED }, { "EAGAIN", EAGAIN }, { "0", 0 },
};

int script_error(struct tcp_script *s)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (script_accept(s, errors[i].name))
			return errors[i].err;
	script_fail(s, "no such error: %.*s", (int)s->tok_len, s->tok);
	return 0;
}

static void check_name(struct tcp_script *s, const char *what,
		       const char * const *names, int count, int is)
{
	int want = script_name(s, names, count);

	if (want >= 0 && want != is)
		script_fail(s, "%s is %s, expected %s", what,
			    is < count && names[is] ? names[is] : "?",
			    names[want]);
}

static u32 read_events(struct tcp_script *s)
{
	u32 events = 0;

	while (script_more(s)) {
		int i = script_name(s, event_names, ARRAY_SIZE(event_names));

		if (i >= 0)
			events |= BIT(i);
	}
	return events;
}

static void check_timer(struct tcp_script *s)
{
	int timer = script_name(s, timer_names, KSMOL_TCP_NR_TIMERS);
	bool on = script_accept(s, "on");

	if (!on && !script_accept(s, "off"))
		script_fail(s, "on or off?");
	if (timer >= 0 && !!s->tcb.due[timer] != on)
		script_fail(s, "timer %s is %s", timer_names[timer],
			    on ? "off" : "on");
}

static void check_count(struct tcp_script *s)
{
	int i = script_name(s, ksmol_tcp_counter_names, KSMOL_NR_TCP_COUNTERS);
	s64 lo, hi, n;

	script_range(s, &lo, &hi);
	if (i < 0)
		return;
	n = ksmol_stats_read(tcp[i]) - s->counts[i];
	if (n < lo || n > hi)
		script_fail(s, "count of %s is %lld",
			    ksmol_tcp_counter_names[i], n);
}

static void check_events(struct tcp_script *s, bool there)
{
	u32 want = read_events(s), have = s->tcb.events;

	if (there ? want & ~have : want & have)
		script_fail(s, "events are %#x, %s %#x", have,
			    there ? "expected" : "expected none of", want);
	if (there)
		s->tcb.events &= ~want;
}

/* Return: false when it is no check. */
bool script_state_check(struct tcp_script *s)
{
	const struct ksmol_tcb *tcb = &s->tcb;

	if (script_accept(s, "state")) {
		check_name(s, "state", state_names, ARRAY_SIZE(state_names),
			   tcb->state);
	} else if (script_accept(s, "ca")) {
		check_name(s, "ca", ca_names, ARRAY_SIZE(ca_names), tcb->ca);
	} else if (script_accept(s, "verdict")) {
		check_name(s, "verdict", ksmol_verdict_names,
			   KSMOL_NR_VERDICTS, s->verdict);
	} else if (script_accept(s, "err")) {
		if (script_error(s) != tcb->err)
			script_fail(s, "err is %d", tcb->err);
	} else if (script_accept(s, "events")) {
		check_events(s, true);
	} else if (script_accept(s, "noevents")) {
		check_events(s, false);
	} else if (script_accept(s, "timer")) {
		check_timer(s);
	} else if (script_accept(s, "count")) {
		check_count(s);
	} else {
		return script_field_check(s);
	}
	return true;
}
