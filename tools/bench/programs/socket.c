// SPDX-License-Identifier: GPL-2.0-only
/* Through sockets: recvmmsg, sendmmsg, MSG_ZEROCOPY. */

#include <err.h>
#include <errno.h>
#include <time.h>
#include <linux/errqueue.h>
#include <linux/ksmol.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "bench.h"

#ifndef SO_ZEROCOPY
#define SO_ZEROCOPY 60
#endif
#ifndef MSG_ZEROCOPY
#define MSG_ZEROCOPY 0x4000000
#endif

static struct mmsghdr msgs[BATCH];
static struct iovec iovs[BATCH];
static int fd;

static void messages(uint32_t size)
{
	uint8_t *data = aligned_alloc(4096, BATCH * 65536);
	int i;

	if (!data)
		err(1, "memory");
	memset(data, 0x5a, BATCH * 65536);
	for (i = 0; i < BATCH; i++) {
		iovs[i] = (struct iovec){ data + (size_t)i * 65536, size };
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iovs[i],
						   .msg_iovlen = 1 };
	}
}

static void open_socket(int proto)
{
	int bytes = RING_ENTRIES * 4096;

	fd = socket(AF_INET, SOCK_DGRAM, proto);
	if (fd < 0)
		err(1, "socket of protocol %d", proto);
	/* As much as the rings hold. ksmol counts in KiB for each datagram. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
}

/* --- receiving --- */

static void receive_open(const struct job *job, int proto)
{
	open_socket(proto);
	messages(RING_CHUNK);
	if (bind(fd, (const void *)&job->addr, sizeof(job->addr)))
		err(1, "bind");
}

static void recvmmsg_open(const struct job *job)
{
	receive_open(job, 0);
}

static void ksmol_open(const struct job *job)
{
	receive_open(job, KSMOL_PROTO);
}

static uint32_t recvmmsg_run(const struct job *job)
{
	int i, n = recvmmsg(fd, msgs, BATCH, MSG_DONTWAIT, NULL);

	for (i = 0; i < n; i++)
		look(job, iovs[i].iov_base, msgs[i].msg_len);
	return n > 0 ? n : 0;
}

const struct way receive_recvmmsg = {
	.name = "recvmmsg", .open = recvmmsg_open, .run = recvmmsg_run,
};

const struct way receive_ksmol = {
	.name = "ksmol-recvmmsg", .open = ksmol_open, .run = recvmmsg_run,
};

/* --- sending --- */

static void send_open(const struct job *job, int proto)
{
	open_socket(proto);
	messages(job->size);
	if (connect(fd, (const void *)&job->addr, sizeof(job->addr)))
		err(1, "connect");
}

static void sendmmsg_open(const struct job *job)
{
	send_open(job, 0);
}

static void ksmol_send_open(const struct job *job)
{
	send_open(job, KSMOL_PROTO);
}

static uint32_t sendmmsg_run(const struct job *job)
{
	int n = sendmmsg(fd, msgs, BATCH, 0);

	(void)job;
	return n > 0 ? n : 0;
}

const struct way send_sendmmsg = {
	.name = "sendmmsg", .open = sendmmsg_open, .run = sendmmsg_run,
};

const struct way send_ksmol = {
	.name = "ksmol-sendmmsg", .open = ksmol_send_open, .run = sendmmsg_run,
};

/* --- without a copy --- */

static uint32_t zerocopy_out;

static void zerocopy_open(const struct job *job)
{
	int one = 1;

	send_open(job, 0);
	if (setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
		err(1, "SO_ZEROCOPY");
}

/* One notification tells of a range of messages. */
static uint32_t notification(void)
{
	const struct sock_extended_err *ee;
	uint8_t control[128];
	struct msghdr msg = { .msg_control = control,
			      .msg_controllen = sizeof(control) };

	if (recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0 ||
	    !CMSG_FIRSTHDR(&msg))
		return 0;
	ee = (const void *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
	return ee->ee_origin == SO_EE_ORIGIN_ZEROCOPY ?
	       ee->ee_data - ee->ee_info + 1 : 0;
}

static void zerocopy_reap(void)
{
	struct pollfd pfd = { .fd = fd };
	uint32_t n;

	while (zerocopy_out) {
		n = notification();
		if (!n && poll(&pfd, 1, 100) <= 0)
			return;
		zerocopy_out -= n < zerocopy_out ? n : zerocopy_out;
	}
}

/* The buffers are used again, so their notifications are waited for. */
static uint32_t zerocopy_run(const struct job *job)
{
	int n = sendmmsg(fd, msgs, BATCH, MSG_ZEROCOPY);

	(void)job;
	if (n > 0)
		zerocopy_out += n;
	zerocopy_reap();
	return n > 0 ? n : 0;
}

const struct way send_zerocopy = {
	.name = "zerocopy", .open = zerocopy_open, .run = zerocopy_run,
};
