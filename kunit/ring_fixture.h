/* SPDX-License-Identifier: GPL-2.0-only */
/* A ring socket, and the program's side of it. */
#ifndef _KSMOL_KUNIT_RING_FIXTURE_H
#define _KSMOL_KUNIT_RING_FIXTURE_H

#include "socket_fixture.h"

/* Few of everything, so that all ends are near. */
#define RING_CHUNK	2048
#define RING_CHUNKS	16
#define RING_ENTRIES	4

extern const struct ksmol_ring_setup ring_setup_good;

/* setsockopt(KSMOL_RING_SETUP): 0 or its error. */
int ring_setup(struct socket *sock, const struct ksmol_ring_setup *setup);

/* A socket with a ring, bound to OUR_PORT; aborts the case if that fails. */
struct socket *ring_open(struct kunit *test,
			 const struct ksmol_ring_setup *setup);

static inline struct ksmol_ring *ring_of(struct socket *sock)
{
	return ksmol_sk(sock->sk)->ring;
}

/* All indices of all rings stand at @index, as after that many entries. */
void ring_start_at(struct ksmol_ring *ring, u32 index);

/* The program gives the chunk at @addr to be received into. */
void prog_fill(struct ksmol_ring *ring, u64 addr);
/* The next received datagram, or NULL; prog_read() is done with it. */
const struct ksmol_ring_rx *prog_rx(struct ksmol_ring *ring);
void prog_read(struct ksmol_ring *ring);
/* The program writes a tx entry for the peer. */
void prog_tx(struct ksmol_ring *ring, u64 addr, u32 len);
/* One of its own making. */
void prog_tx_raw(struct ksmol_ring *ring, const struct ksmol_ring_tx *tx);
/* sendto() with nothing for nobody. */
int prog_kick(struct kunit *test, struct socket *sock);
/* The next completion, consumed; or NULL. Valid until the next one is sent. */
const struct ksmol_ring_completion *prog_done(struct ksmol_ring *ring);

/* No ring memory is left, once what frees it had time to. */
void expect_no_umem(struct kunit *test);

#endif /* _KSMOL_KUNIT_RING_FIXTURE_H */
