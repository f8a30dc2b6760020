/* SPDX-License-Identifier: GPL-2.0-only */
/* A socket of another module, as its suites have it: what its callbacks saw. */
#ifndef _KSMOL_KUNIT_KSOCK_FIXTURE_H
#define _KSMOL_KUNIT_KSOCK_FIXTURE_H

#include <ksmol/kapi.h>
#include "socket_fixture.h"

#define KSOCK_KEPT_MAX 64

/**
 * struct ksock_seen - the owner of a socket, and what he was told
 * @ks: his socket
 * @keep: his receive callback keeps what comes
 * @twice: and asks for it a second time
 * @received, @len: datagrams seen; bytes of the last
 * @pieces: of that, how many the walk found
 * @bytes: its content
 * @again: asking twice gave something
 * @refused: keeping failed
 * @kept, @n: what he holds
 * @spaces, @errors, @gones: how often the callbacks were called
 * @err, @for_good: what they were called with
 */
struct ksock_seen {
	struct ksmol_ksock *ks;
	bool keep;
	bool twice;
	unsigned int received;
	u32 len;
	unsigned int pieces;
	u8 bytes[4096];
	bool again;
	unsigned int refused;
	struct ksmol_pbuf *kept[KSOCK_KEPT_MAX];
	unsigned int n;
	unsigned int spaces;
	unsigned int errors;
	unsigned int gones;
	int err;
	bool for_good;
};

/* A socket that is bound to nothing yet; the case closes it. */
struct ksock_seen *ksock_opened(struct kunit *test, int family);
/* A socket bound to @addr and @port (0, 0: not at all); the case closes it. */
struct ksock_seen *ksock_bound(struct kunit *test, __be32 addr, u16 port);
int ksock_bind_to(struct ksmol_ksock *ks, __be32 addr, u16 port);
int ksock_connect_to(struct ksmol_ksock *ks, __be32 addr, u16 port);

/* A packet with @len bytes 0, 1, 2, ...; aborts the case if there is none. */
struct ksmol_pbuf *ksock_filled(struct kunit *test, struct ksmol_ksock *ks,
				u32 len);
/* That packet, to @addr. Return: what sending said. */
int ksock_send_to(struct kunit *test, struct ksmol_ksock *ks, __be32 addr,
		  u16 port, u32 len);

/* The bytes are 0, 1, 2, ... */
bool ksock_counted(const u8 *bytes, u32 len);
/* Gives back all that he holds. */
void ksock_release_all(struct ksock_seen *seen);

#endif /* _KSMOL_KUNIT_KSOCK_FIXTURE_H */
