// SPDX-License-Identifier: GPL-2.0-only
/* Packet scripts: a script's lines and events, its beginning and end. */

#include <linux/string.h>
#include <ksmol/compat.h>
#include "tcp_script.h"

/* --- what the program does --- */

static struct ksmol_pbuf *send_room(struct tcp_script *s, u32 *room)
{
	struct ksmol_tcb *tcb = &s->tcb;
	struct ksmol_pbuf *pb;
	u32 size = min(s->chunk, s->pool.cfg.buf_size);

	if (tcb->sndq.count) {
		pb = container_of(tcb->sndq.tail, struct ksmol_pbuf, next);
		if (pb->len < size) {
			*room = size - pb->len;
			return pb;
		}
	}
	pb = ksmol_pbuf_alloc_tx(&s->pool, false);
	if (!pb) {
		script_fail(s, "no send buffer left");
		return NULL;
	}
	pb->off = 0;
	*room = size;
	ksmol_tcp_queue(tcb, pb);
	return pb;
}

/* What is sent are the bytes that their numbers say. */
void script_write(struct tcp_script *s, u32 len)
{
	struct ksmol_tcb *tcb = &s->tcb;
	struct ksmol_pbuf *pb;
	u32 room, i, n;

	while (len && !s->failed) {
		u32 seq = tcb->write_seq;

		pb = send_room(s, &room);
		if (!pb)
			return;
		n = min(len, room);
		for (i = 0; i < n; i++)
			pb->head[pb->off + pb->len + i] = script_byte(seq + i);
		pb->len += n;
		ksmol_tcp_queued(tcb, n);
		len -= n;
	}
}

static void do_write(struct tcp_script *s)
{
	struct ksmol_tcb *tcb = &s->tcb;

	tcb->flags &= ~KSMOL_TCP_F_MORE;
	script_write(s, script_number(s));
	if (script_accept(s, "more"))
		tcb->flags |= KSMOL_TCP_F_MORE;
	if (script_accept(s, "urgent"))
		ksmol_tcp_queue_urgent(tcb);
}

/* Reads from the first pbuf; frees it when all of it was read. */
static u32 read_some(struct tcp_script *s, u32 len)
{
	struct ksmol_tcb *tcb = &s->tcb;
	struct ksmol_pbuf *pb = tcb->rcvq.first;
	u32 off, i;
	u8 byte;

	if (!pb) {
		script_fail(s, "nothing to read");
		return len;
	}
	off = tcb->copied_seq - pb->rx.tcp.seq;
	len = min(len, pb->len - off);
	for (i = 0; i < len; i++) {
		if (ksmol_pbuf_to_mem(pb, off + i, &byte, 1) ||
		    byte != script_byte(tcb->copied_seq + i))
			script_fail(s, "byte %d read is wrong",
				    tcb->copied_seq + i - s->irs);
	}
	tcb->copied_seq += len;
	if (off + len == pb->len)
		ksmol_pbuf_free(ksmol_pbuf_list_pop(&tcb->rcvq));
	return len;
}

void script_read(struct tcp_script *s, u32 len)
{
	while (len && !s->failed)
		len -= read_some(s, len);
	if (!s->failed)
		ksmol_tcp_read(&s->tcb, s->now);
}

static void do_read(struct tcp_script *s)
{
	u32 have = ksmol_tcp_readable(&s->tcb);
	u32 len = script_accept(s, "all") ? have : script_number(s);

	if (len > have)
		script_fail(s, "only %u bytes can be read", have);
	script_read(s, len);
}

/* close() as the sockets do it: unread data is lost, and the peer told. */
static void do_close(struct tcp_script *s)
{
	struct ksmol_tcb *tcb = &s->tcb;

	if (ksmol_tcp_readable(tcb)) {
		ksmol_pbuf_list_free(&tcb->rcvq);
		tcb->copied_seq += ksmol_tcp_readable(tcb);
		ksmol_tcp_abort(tcb);
		return;
	}
	tcb->flags |= KSMOL_TCP_F_RCV_SHUT;
	ksmol_tcp_shutdown(tcb, s->now);
	ksmol_tcp_orphan(tcb, s->now);
}

static bool act_program(struct tcp_script *s)
{
	struct ksmol_tcb *tcb = &s->tcb;

	if (script_accept(s, "write"))
		do_write(s);
	else if (script_accept(s, "read"))
		do_read(s);
	else if (script_accept(s, "shutdown"))
		ksmol_tcp_shutdown(tcb, s->now);
	else if (script_accept(s, "shutread"))
		tcb->flags |= KSMOL_TCP_F_RCV_SHUT;
	else if (script_accept(s, "close"))
		do_close(s);
	else if (script_accept(s, "abort"))
		ksmol_tcp_abort(tcb);
	else if (script_accept(s, "orphan"))
		ksmol_tcp_orphan(tcb, s->now);
	else if (script_accept(s, "kill"))
		ksmol_tcp_kill(tcb, 0);
	else if (script_accept(s, "set"))
		script_field_set(s);
	else
		return false;
	return true;
}

/* --- what happens around it --- */

static void do_pmtu(struct tcp_script *s)
{
	u32 seq = s->iss + (u32)script_number(s);

	ksmol_tcp_pmtu(&s->tcb, seq, script_number(s), s->now);
}

static void do_icmp(struct tcp_script *s)
{
	u32 seq = s->iss + (u32)script_number(s);
	int err = script_error(s);
	bool hard = script_accept(s, "hard");

	if (!hard && !script_accept(s, "soft"))
		script_fail(s, "hard or soft?");
	ksmol_tcp_icmp(&s->tcb, seq, err, hard);
}

static void do_fail(struct tcp_script *s)
{
	s->fails = script_number(s);
	s->fail_err = script_more(s) ? -script_error(s) : -EAGAIN;
}

static void give_back(struct tcp_script *s)
{
	ksmol_pbuf_list_free(&s->held);
	ksmol_pbuf_list_init(&s->held);
}

/* Leaves so many received pbufs; the emergency descriptor doesn't count. */
static void do_pool(struct tcp_script *s)
{
	struct ksmol_pbuf *pb;
	u32 leave;

	give_back(s);
	if (script_accept(s, "-"))
		return;
	leave = script_number(s);
	while (ksmol_pool_stock(&s->pool, KSMOL_CLASS_RX) > leave) {
		pb = ksmol_pbuf_alloc_rx(&s->pool);
		if (!pb)
			break;
		ksmol_pbuf_list_add(&s->held, pb);
	}
}

static void do_stray(struct tcp_script *s)
{
	struct tcp_script_seg from;
	struct ksmol_tcp_seg seg = {};
	struct ksmol_tcp_out out = {};

	script_seg_parse(s, &from, s->irs, s->iss);
	seg.h = from.h;
	seg.len = from.len;
	seg.segs = 1;
	seg.end = from.h.seq + from.len +
		  !!(from.h.flags & KSMOL_TCP_SYN) +
		  !!(from.h.flags & KSMOL_TCP_FIN);
	if (ksmol_tcp_reset_for(&seg, &out))
		script_keep(s, &out);
}

static bool act_around(struct tcp_script *s)
{
	if (script_accept(s, "path"))
		ksmol_tcp_set_path(&s->tcb, script_number(s), 20);
	else if (script_accept(s, "pmtu"))
		do_pmtu(s);
	else if (script_accept(s, "icmp"))
		do_icmp(s);
	else if (script_accept(s, "fail"))
		do_fail(s);
	else if (script_accept(s, "pool"))
		do_pool(s);
	else if (script_accept(s, "prune"))
		ksmol_tcp_prune(&s->tcb, script_number(s));
	else if (script_accept(s, "stray"))
		do_stray(s);
	else
		return false;
	return true;
}

/* --- lines --- */

static void skip(struct tcp_script *s)
{
	s->skipping = true;
	s->boxed = 0;
	script_advance(s);
	s->skipping = false;
	s->base = s->now;
}

/* What was sent and is not in the script is an error. */
static void no_more(struct tcp_script *s)
{
	char show[200];

	if (!s->boxed || s->failed)
		return;
	script_show(s, show, sizeof(show), &s->box[0].out.h, s->box[0].out.len,
		    false);
	script_fail(s, "sent without being expected, %lld us before: %s",
		    (s64)(s->at - s->box[0].at), show);
}

/* The glue would hand TIME-WAIT over now, once its ACK is out. */
static void hand_over(struct tcp_script *s)
{
	if (s->tcb.state == TCP_TIME_WAIT && !s->failed)
		ksmol_tcp_release(&s->tcb);
}

static void arrive(struct tcp_script *s)
{
	struct tcp_script_seg seg;

	script_seg_parse(s, &seg, s->irs, s->iss);
	if (s->failed)
		return;
	script_arrive(s, &seg);
}

static void repeat(struct tcp_script *s)
{
	u32 times = script_number(s);
	struct tcp_script_seg seg;

	if (!script_accept(s, "<")) {
		script_fail(s, "a segment must follow");
		return;
	}
	script_seg_parse(s, &seg, s->irs, s->iss);
	s->skipping = true;
	while (times-- && !s->failed)
		script_arrive(s, &seg);
	s->skipping = false;
}

/* One event; what it makes the core send is sent. */
static void event(struct tcp_script *s)
{
	if (script_state_check(s))
		return;
	no_more(s);
	if (s->failed || script_accept(s, "quiet"))
		return;
	if (script_accept(s, "<")) {
		arrive(s);
	} else if (script_accept(s, "repeat")) {
		repeat(s);
	} else if (script_open(s)) {
		return;
	} else if (act_program(s) || act_around(s)) {
		if (!s->failed && s->opened)
			script_pump(s);
	} else {
		script_fail(s, "can't read '%.*s'", (int)s->tok_len, s->tok);
	}
	hand_over(s);
}

static void line(struct tcp_script *s)
{
	script_time(s);
	if (script_accept(s, ">")) {
		script_expect(s);
		hand_over(s);
		return;
	}
	if (script_accept(s, "skip")) {
		skip(s);
		return;
	}
	script_advance(s);
	if (s->now < s->at)
		no_more(s);
	s->base = s->now;
	while (!s->failed) {
		event(s);
		if (!script_accept(s, ";"))
			break;
	}
	if (!s->failed && s->tok_len)
		script_fail(s, "can't read '%.*s'", (int)s->tok_len, s->tok);
}

static void run(struct tcp_script *s, const char *text)
{
	const char *end;

	for (; *text && !s->failed; text = end + !!*end) {
		end = strchrnul(text, '\n');
		s->line++;
		s->text = text;
		s->tok = text;
		s->tok_len = 0;
		script_next(s);
		if (s->tok_len)
			line(s);
	}
	s->at = s->now;
	no_more(s);
}

/* --- beginning and end --- */

static const struct ksmol_pool_config pool_config = {
	.count = {
		[KSMOL_CLASS_RX] = 256,
		[KSMOL_CLASS_TX] = 64,
		[KSMOL_CLASS_RESERVE] = 16,
	},
	.buf_size = PAGE_SIZE,
	.copybreak = 2048,
	.rx_bytes = 64 << 20,
	.rx_pages = 65536,
};

int script_begin(struct tcp_script *s, struct kunit *test)
{
	u32 count;
	int i;

	i = ksmol_pool_init(&s->pool, &pool_config);
	if (i)
		return i;
	s->test = test;
	s->start = 1000ULL * USEC_PER_SEC;
	s->now = s->start;
	s->base = s->start;
	s->iss = 0xfffff000;	/* wraps after 4 KiB */
	s->irs = 0x7ffff800;	/* changes sign after 2 KiB */
	s->chunk = PAGE_SIZE;
	ksmol_pbuf_list_init(&s->held);
	for (i = 0; i < KSMOL_NR_TCP_COUNTERS; i++)
		s->counts[i] = ksmol_stats_read(tcp[i]);
	ksmol_tcp_recs_usage(&s->recs, &count);
	return 0;
}

/* Everything is closed: the records are back, the queues empty. */
void script_close(struct tcp_script *s)
{
	struct ksmol_tcb *tcb = &s->tcb;
	u32 used, count;

	give_back(s);
	if (!s->opened)
		return;
	if (tcb->state != TCP_CLOSE)
		ksmol_tcp_kill(tcb, 0);
	ksmol_pbuf_list_free(&tcb->rcvq);
	if (tcb->sndq.count || tcb->ooo_pbufs || !RB_EMPTY_ROOT(&tcb->ooo))
		script_fail(s, "the end: queues are not empty");
	if (!RB_EMPTY_ROOT(&tcb->recs) || !list_empty(&tcb->sent))
		script_fail(s, "the end: records are left");
	ksmol_tcp_recs_usage(&used, &count);
	if (used != s->recs)
		script_fail(s, "the end: %u records in use, %u at first", used,
			    s->recs);
}

static void report(struct tcp_script *s)
{
	char *p = s->log, *at;

	if (!s->failed)
		return;
	while ((at = strsep(&p, "\n")))
		kunit_info(s->test, "%s\n", at);
	KUNIT_FAIL(s->test, "line %u: %.*s\n%s", s->line,
		   (int)strcspn(s->text ?: "", "\n"), s->text ?: "", s->why);
}

static void expect_whole(struct tcp_script *s)
{
	struct ksmol_census census;
	enum ksmol_class class;

	ksmol_pool_census(&s->pool, &census);
	KUNIT_EXPECT_TRUE(s->test, census.exact);
	KUNIT_EXPECT_EQ(s->test, s->pool.double_free, 0U);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		KUNIT_EXPECT_EQ(s->test,
				census.owner[class][KSMOL_OWNER_FREE],
				s->pool.set[class].size);
}

void script_end(struct tcp_script *s)
{
	report(s);
	expect_whole(s);
	ksmol_pool_destroy(&s->pool);
}

void tcp_script_test(struct kunit *test)
{
	const struct tcp_script_case *script = test->param_value;
	struct tcp_script *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_EQ(test, script_begin(s, test), 0);
	local_bh_disable();
	run(s, script->text);
	script_close(s);
	local_bh_enable();
	script_end(s);
}

void tcp_script_desc(const struct tcp_script_case *script, char *desc)
{
	strscpy(desc, script->name, KUNIT_PARAM_DESC_SIZE);
}
