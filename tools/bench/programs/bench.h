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
 * @netns: path of the namespace that the generator sends from
 */
struct job {
	const char *dev;
	struct sockaddr_in addr;
	uint32_t size;
	double seconds;
	const char *netns;
};

/**
 * struct way - one way to receive or to send
 * @open: sets it up, or dies
 * @run: receives what is there, at most a batch, or sends a batch; how many it
 *	was
 */
struct way {
	const char *name;
	void (*open)(const struct job *job);
	uint32_t (*run)(const struct job *job);
};

/* A receiver looks at each datagram: its length, and its first and last byte. */
void look(const struct job *job, const uint8_t *data, uint32_t len);

/* The UDP payload of a frame, looked at; false if it is none for us. */
bool look_frame(const struct job *job, const uint8_t *frame, uint32_t len);

/* generate.c: a batch of frames to @dev, from the other end of its cable. */
void generate_open(const struct job *job);
void generate(const struct job *job);

extern const struct way receive_recvmmsg, receive_ksmol, receive_ring,
			receive_xdp, receive_xdp_skb, receive_packet;
extern const struct way send_sendmmsg, send_zerocopy, send_ksmol, send_ring;

#endif /* BENCH_H */
