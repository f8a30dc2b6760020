// SPDX-License-Identifier: GPL-2.0-only
/* Which queues a poll waits on, and what it is told. Mirrors
 * module/socket/poll.h.
 */

#include <linux/fs.h>
#include <linux/poll.h>
#include "tcp_conn_fixture.h"

/**
 * struct asked - a poll that counts
 * @table: passed to the socket
 * @queues: it was put on
 */
struct asked {
	struct poll_table_struct table;
	u32 queues;
};

static void asked_queue(struct file *file, wait_queue_head_t *wait,
			struct poll_table_struct *table)
{
	container_of(table, struct asked, table)->queues++;
}

/* Polls for @events. Return: the queues it has to wait on. */
static u32 ask(struct socket *sock, struct file *file, __poll_t events,
	       __poll_t *mask)
{
	struct asked asked = { .queues = 0 };

	init_poll_funcptr(&asked.table, asked_queue);
	asked.table._key = events;
	*mask = sock->ops->poll(file, sock, &asked.table);
	return asked.queues;
}

static void expect_queues(struct kunit *test, struct socket *sock)
{
	struct file *file = kunit_kzalloc(test, sizeof(*file), GFP_KERNEL);
	struct hlist_head watchers;
	__poll_t mask;

	KUNIT_ASSERT_NOT_NULL(test, file);
	/* The socket's and, for room, the pool's. */
	KUNIT_EXPECT_EQ(test, ask(sock, file, EPOLLIN, &mask), 1);
	KUNIT_EXPECT_EQ(test, mask & EPOLLOUT, 0);
	KUNIT_EXPECT_EQ(test, ask(sock, file, EPOLLOUT, &mask), 2);
	KUNIT_EXPECT_EQ(test, mask & EPOLLOUT, EPOLLOUT);
	KUNIT_EXPECT_EQ(test, ask(sock, file, EPOLLWRNORM, &mask), 2);
	/* epoll may ask for room later, and doesn't come again. */
	file->f_ep = &watchers;
	KUNIT_EXPECT_EQ(test, ask(sock, file, EPOLLIN, &mask), 2);
	/* Who says nothing wants to know all. */
	KUNIT_EXPECT_EQ(test, sock->ops->poll(NULL, sock, NULL) & EPOLLOUT,
			EPOLLOUT);
}

static void poll__datagrams(struct kunit *test)
{
	expect_queues(test, udp_open(test));
}

static void poll__stream(struct kunit *test)
{
	struct socket *listener = tcp_listener(test, OUR_PORT, 4), *sock;

	handshake(test, PEER_PORT);
	sock = tcp_accepted(test, listener);
	KUNIT_ASSERT_NOT_NULL(test, sock);
	sock_no_linger(sock->sk);
	expect_queues(test, sock);
}

static struct kunit_case poll_cases[] = {
	KUNIT_CASE(poll__datagrams),
	KUNIT_CASE(poll__stream),
	{}
};

static struct kunit_suite poll_suite = {
	.name = "ksmol_socket_poll",
	.init = socket_fixture_init,
	.exit = socket_fixture_exit,
	.test_cases = poll_cases,
};

kunit_test_suite(poll_suite);
