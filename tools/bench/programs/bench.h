/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways for a program to receive and to send datagrams, side by side. */
#ifndef BENCH_H
#define BENCH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* Entries of each ring, chunks of each area, and datagrams of each batch. */
#define RING_ENTRIES	4096
#define RING_CHUNK	2048
#define BATCH		64

/**
 * struct job - what the command line says
 * @dev: the device, for those below the stack
 * @addr: to bind to, or to send to
 * @size: bytes of payload
 * @seconds: how long
 */
struct job {
	const char *dev;
	struct sockaddr_in addr;
	uint32_t size;
	double seconds;
};

/**
 * struct way - one way to receive or to send
 * @open: sets it up, or dies
 * @run: receives what is there, sleeping if nothing is, or sends a batch; how
 *	many it was. Returns on a signal
 * @close: says or undoes what has to be; may be NULL
 */
struct way {
	const char *name;
	void (*open)(const struct job *job);
	uint32_t (*run)(const struct job *job);
	void (*close)(const struct job *job);
};

/* A receiver looks at each datagram: its length, and its first and last byte. */
void look(const struct job *job, const uint8_t *data, uint32_t len);

/* The UDP payload of a frame, looked at; false if it is none for us. */
bool look_frame(const struct job *job, const uint8_t *frame, uint32_t len);

/* Sleeps until @fd is readable or a signal comes. */
void sleep_on(int fd);

extern const struct way receive_recvmmsg, receive_ksmol, receive_ring,
			receive_xdp, receive_packet;
extern const struct way send_sendmmsg, send_zerocopy, send_ksmol, send_ring;

#endif /* BENCH_H */
