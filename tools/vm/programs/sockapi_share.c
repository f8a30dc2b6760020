// SPDX-License-Identifier: GPL-2.0-only
/* One socket in several hands: dup, fork, SCM_RIGHTS, threads; and its end. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sockapi.h"

#define READERS	4
#define BURST	200

static char buf[4096];

static void duplicated(void)
{
	int fd = udp_helped(), twin = dup(fd);

	ask(fd, "text");
	close(fd);
	arrived(twin);
	say_ret(recv(twin, buf, sizeof(buf), 0));
	say_ret(send(twin, "x", 1, 0));
}

static void forked(void)
{
	int status, fd = udp_helped();
	pid_t pid;

	ask(fd, "text");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		close(0);
		_exit(recv(fd, buf, sizeof(buf), 0) == 4 ? 0 : 1);
	}
	close(fd);
	waitpid(pid, &status, 0);
	say("%d", WEXITSTATUS(status));
}

/* Passes @fd through a Unix socket and returns what comes out. */
static int pass(int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct iovec iov = { buf, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int two[2];

	need("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, two));
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	need("pass", sendmsg(two[0], &msg, 0));
	close(fd);
	need("take", recvmsg(two[1], &msg, 0));
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static void passed(void)
{
	int fd = udp_helped();

	ask(fd, "text");
	fd = pass(fd);
	arrived(fd);
	say_ret(recv(fd, buf, sizeof(buf), 0));
	say_ret(send(fd, "x", 1, 0));
}

struct reader {
	pthread_t thread;
	int fd;
	uint8_t *seen;
	int got;
};

static void *read_all(void *arg)
{
	struct reader *r = arg;
	char data[64];
	int n;

	while (recv(r->fd, data, sizeof(data), 0) > 0) {
		memcpy(&n, data, sizeof(n));
		if (n >= 0 && n < BURST)
			__atomic_fetch_add(&r->seen[n], 1, __ATOMIC_RELAXED);
		r->got++;
	}
	return NULL;
}

/* Each datagram is read once, by one of them. */
static void many_readers(void)
{
	static struct reader reader[READERS];
	static uint8_t seen[BURST];
	int i, fd = udp_helped(), once = 0;

	set_timeout(fd, SO_RCVTIMEO, 700);
	for (i = 0; i < READERS; i++) {
		reader[i] = (struct reader){ .fd = fd, .seen = seen };
		pthread_create(&reader[i].thread, NULL, read_all, &reader[i]);
	}
	ask(fd, "!burst %d 32", BURST);
	for (i = 0; i < READERS; i++)
		pthread_join(reader[i].thread, NULL);
	for (i = 0; i < BURST; i++)
		once += seen[i] == 1;
	say("once=%d", once);
}

static void *send_many(void *arg)
{
	int i, fd = *(int *)arg;

	for (i = 0; i < 25; i++)
		if (send(fd, "text", 4, 0) != 4)
			return (void *)1;
	return NULL;
}

static void many_senders(void)
{
	pthread_t thread[READERS];
	int i, got = 0, fd = udp_helped();
	void *bad;

	for (i = 0; i < READERS; i++)
		pthread_create(&thread[i], NULL, send_many, &fd);
	set_timeout(fd, SO_RCVTIMEO, 700);
	while (recv(fd, buf, sizeof(buf), 0) == 4)
		got++;
	for (i = 0; i < READERS; i++) {
		pthread_join(thread[i], &bad);
		got -= bad ? 1000 : 0;
	}
	say("echoed=%d", got);
}

static void *read_one(void *arg)
{
	int fd = *(int *)arg;

	return (void *)(long)recv(fd, buf, sizeof(buf), 0);
}

/* shutdown() in another thread ends a reader's sleep. */
static void shutdown_wakes(void)
{
	int fd = udp_helped();
	pthread_t thread;
	void *got;

	pthread_create(&thread, NULL, read_one, &fd);
	usleep(100000);
	say_err(shutdown(fd, SHUT_RD));
	pthread_join(thread, &got);
	say("%ld", (long)got);
}

static void closed_with_data(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		int fd = udp_helped();

		ask(fd, "!burst 10 500");
		if (i % 2)
			arrived(fd);
		close(fd);
	}
	say("done");
}

static void file_kind(void)
{
	struct stat st;
	int fd = udp_socket();

	need("fstat", fstat(fd, &st));
	say("%s", S_ISSOCK(st.st_mode) ? "socket" : "-");
	say_ret(lseek(fd, 0, SEEK_SET));
	say_ret(fsync(fd));
	say_ret(ftruncate(fd, 0));
}

static void splice_to(void)
{
	int two[2], fd = udp_helped();

	need("pipe", pipe(two));
	need("write", write(two[1], "spliced", 7));
	say_ret(splice(two[0], NULL, fd, NULL, 7, 0));
	arrived(fd);
	say_ret(recv(fd, buf, sizeof(buf), 0));
	say("%.7s", buf);
}

const struct check share_checks[] = {
	{ "dup", duplicated },
	{ "fork", forked },
	{ "SCM_RIGHTS", passed },
	{ "many readers", many_readers },
	{ "many senders", many_senders },
	{ "shutdown wakes a reader", shutdown_wakes },
	{ "close with data queued", closed_with_data },
	{ "what kind of file it is", file_kind },
	{ "splice to a socket", splice_to },
	{}
};
