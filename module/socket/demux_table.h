/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables' inside: what demux.c does for demux_stream.c. */
#ifndef _KSMOL_SOCKET_DEMUX_TABLE_H
#define _KSMOL_SOCKET_DEMUX_TABLE_H

#include "sock.h"

/* The chain of all sockets on a port; outside the lookup buckets' locks. */
struct ksmol_bucket *ksmol_demux_port_bucket(const struct ksmol_sock *ks,
					     __be16 lport);

/* Would @ks, bound to @laddr and @lport, be in the way of @other? @strict:
 * even if they are willing to share. Port bucket locked.
 */
bool ksmol_demux_overlap(const struct ksmol_sock *ks,
			 const struct ksmol_sock *other,
			 const struct ksmol_addr *laddr, __be16 lport,
			 bool strict);

/* Is any socket in the way? Port bucket locked. */
bool ksmol_demux_conflict(struct ksmol_bucket *bucket,
			  const struct ksmol_sock *ks,
			  const struct ksmol_addr *laddr, __be16 lport,
			  bool strict);

/* Into the lookup table, under what it insists on. Port bucket locked. Return:
 * false when a stream's ends are taken.
 */
bool ksmol_demux_lookup_add(struct ksmol_sock *ks);
/* Out of it, if it is in there. Port bucket locked. */
void ksmol_demux_lookup_del(struct ksmol_sock *ks);

/* Into the port table. @bucket locked. */
void ksmol_demux_port_add(struct ksmol_sock *ks, struct ksmol_bucket *bucket);

#endif /* _KSMOL_SOCKET_DEMUX_TABLE_H */
