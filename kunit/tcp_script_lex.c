// SPDX-License-Identifier: GPL-2.0-only
/* Packet scripts: words and numbers, and the record of what happened. */

#include <linux/ctype.h>
#include <linux/string.h>
#include "tcp_script.h"

/* Only the first failure counts: what follows is its consequence. */
void script_fail(struct tcp_script *s, const char *fmt, ...)
{
	va_list args;

	if (s->failed)
		return;
	s->failed = true;
	va_start(args, fmt);
	vscnprintf(s->why, sizeof(s->why), fmt, args);
	va_end(args);
}

/* A full log loses its older half. */
void script_log(struct tcp_script *s, const char *fmt, ...)
{
	u32 half = sizeof(s->log) / 2;
	u64 us = s->now - s->start;
	va_list args;

	if (s->log_len > sizeof(s->log) - 256) {
		memmove(s->log, s->log + half, s->log_len - half);
		s->log_len -= half;
	}
	s->log_len += scnprintf(s->log + s->log_len,
				sizeof(s->log) - s->log_len, "%llu.%03llu ",
				us / 1000, us % 1000);
	va_start(args, fmt);
	s->log_len += vscnprintf(s->log + s->log_len,
				 sizeof(s->log) - s->log_len, fmt, args);
	va_end(args);
	s->log_len += scnprintf(s->log + s->log_len,
				sizeof(s->log) - s->log_len, "\n");
}

void script_next(struct tcp_script *s)
{
	const char *p = s->tok + s->tok_len;

	while (*p == ' ' || *p == '\t' || *p == ',')
		p++;
	s->tok = p;
	s->tok_len = 0;
	if (!*p || *p == '\n' || *p == '#')
		return;
	s->tok_len = strchr("<>;", *p) ? 1 : strcspn(p, " \t,<>;\n#");
}

bool script_is(const struct tcp_script *s, const char *word)
{
	return s->tok_len == strlen(word) && !strncmp(s->tok, word, s->tok_len);
}

bool script_accept(struct tcp_script *s, const char *word)
{
	if (!script_is(s, word))
		return false;
	script_next(s);
	return true;
}

/* Is there more of this event? */
bool script_more(const struct tcp_script *s)
{
	return s->tok_len && *s->tok != ';' && !s->failed;
}

static void unreadable(struct tcp_script *s)
{
	script_fail(s, "can't read '%.*s'", (int)s->tok_len, s->tok);
}

static bool digits(const char **p, s64 *value)
{
	bool minus = **p == '-';
	int base = 10;
	s64 n = 0;

	if (minus)
		(*p)++;
	if ((*p)[0] == '0' && (*p)[1] == 'x') {
		base = 16;
		*p += 2;
	}
	if (!isxdigit(**p))
		return false;
	for (; base == 16 ? isxdigit(**p) : isdigit(**p); (*p)++)
		n = n * base + (isdigit(**p) ? **p - '0' :
				tolower(**p) - 'a' + 10);
	*value = minus ? -n : n;
	return true;
}

/* Times become microseconds. */
static void unit(const char **p, s64 *value)
{
	if (!strncmp(*p, "us", 2)) {
		*p += 2;
	} else if (!strncmp(*p, "ms", 2)) {
		*p += 2;
		*value *= USEC_PER_MSEC;
	} else if (**p == 's') {
		*p += 1;
		*value *= USEC_PER_SEC;
	}
}

static void read_all(struct tcp_script *s, const char *p)
{
	if (p == s->tok + s->tok_len)
		script_next(s);
	else
		unreadable(s);
}

s64 script_number(struct tcp_script *s)
{
	const char *p = s->tok;
	s64 value = 0;

	if (!script_more(s) || !digits(&p, &value)) {
		unreadable(s);
		return 0;
	}
	unit(&p, &value);
	read_all(s, p);
	return value;
}

void script_range(struct tcp_script *s, s64 *lo, s64 *hi)
{
	const char *p;

	*lo = S64_MIN;
	*hi = S64_MAX;
	if (script_accept(s, ">")) {
		*lo = script_number(s) + 1;
		return;
	}
	if (script_accept(s, "<")) {
		*hi = script_number(s) - 1;
		return;
	}
	p = s->tok;
	if (!script_more(s) || !digits(&p, lo)) {
		unreadable(s);
		return;
	}
	unit(&p, lo);
	*hi = *lo;
	if (p[0] == '.' && p[1] == '.') {
		p += 2;
		if (digits(&p, hi))
			unit(&p, hi);
	}
	read_all(s, p);
}

/* 1, or 1:1001(1000) */
bool script_seq(struct tcp_script *s, u32 *seq, u32 *len)
{
	const char *p = s->tok;
	s64 from, to, n;

	if (!digits(&p, &from))
		goto bad;
	to = from;
	n = 0;
	if (*p == ':') {
		p++;
		if (!digits(&p, &to) || *p++ != '(' || !digits(&p, &n) ||
		    *p++ != ')' || to - from != n)
			goto bad;
	}
	*seq += (u32)from;
	*len = n;
	read_all(s, p);
	return true;
bad:
	unreadable(s);
	return false;
}

/* 1001-2001; the base stands in @range already */
bool script_block(struct tcp_script *s, struct ksmol_tcp_range *range)
{
	const char *p = s->tok;
	s64 from, to;

	if (!digits(&p, &from) || *p++ != '-' || !digits(&p, &to))
		return false;
	range->start += (u32)from;
	range->end += (u32)to;
	read_all(s, p);
	return true;
}

int script_name(struct tcp_script *s, const char * const *names, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (names[i] && script_accept(s, names[i]))
			return i;
	unreadable(s);
	return -1;
}

/* 0, +10ms, +1s~100ms */
void script_time(struct tcp_script *s)
{
	const char *p = s->tok;
	s64 value, slack;
	bool relative = *p == '+';

	p += relative;
	if (!digits(&p, &value)) {
		unreadable(s);
		return;
	}
	unit(&p, &value);
	s->at = (relative ? s->base : s->start) + value;
	s->slack = 2 * USEC_PER_MSEC;
	if (*p == '~') {
		p++;
		if (!digits(&p, &slack)) {
			unreadable(s);
			return;
		}
		unit(&p, &slack);
		s->slack = slack;
	}
	read_all(s, p);
}
