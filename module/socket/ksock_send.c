// SPDX-License-Identifier: GPL-2.0-only
/* Filling and sending packets of other modules. */

#include <linux/export.h>
#include <net/sock.h>
#include "ksock.h"
#include "sock.h"

/* --- filling --- */

static struct ksmol_pbuf *last_part(struct ksmol_pbuf *pb)
{
	while (pb->chain)
		pb = pb->chain;
	return pb;
}

static u32 part_room(const struct ksmol_pbuf *part)
{
	return ksmol_pbuf_size(part) - part->off - part->len;
}

u32 ksmol_pkt_room(const struct ksmol_pbuf *pb)
{
	return part_room(last_part((struct ksmol_pbuf *)pb));
}
EXPORT_SYMBOL_GPL(ksmol_pkt_room);

void *ksmol_pkt_put(struct ksmol_pbuf *pb, u32 len)
{
	struct ksmol_pbuf *part = last_part(pb);
	u8 *at = part->head + part->off + part->len;

	if (len > part_room(part))
		return NULL;
	part->len += len;
	return at;
}
EXPORT_SYMBOL_GPL(ksmol_pkt_put);

/* What was chained to it is in the same hands. */
static void own_parts(struct ksmol_pbuf *pb)
{
	for (pb = pb->chain; pb; pb = pb->chain)
		ksmol_pbuf_own(pb, KSMOL_OWNER_USER);
}

int ksmol_pkt_append(struct ksmol_pbuf *pb, const void *from, u32 len)
{
	int err;

	local_bh_disable();
	__ksmol_stat_copy(KERNEL_IN, len);
	err = ksmol_pbuf_from_mem(pb, from, len, false);
	own_parts(pb);
	local_bh_enable();
	return err;
}
EXPORT_SYMBOL_GPL(ksmol_pkt_append);

int ksmol_pkt_append_pkt(struct ksmol_pbuf *pb, const struct ksmol_pbuf *from,
			 u32 off, u32 len)
{
	int err;

	local_bh_disable();
	__ksmol_stat_copy(KERNEL_IN, len);
	err = ksmol_pbuf_from_pbuf(pb, from, off, len, false);
	own_parts(pb);
	local_bh_enable();
	return err;
}
EXPORT_SYMBOL_GPL(ksmol_pkt_append_pkt);

/* --- sending --- */

/* Binding may sleep, which a sender may not. */
static int send_to(struct ksmol_sock *sock, struct ksmol_pbuf *pb,
		   const struct sockaddr *addr, int len)
{
	struct msghdr msg = { .msg_name = (void *)addr, .msg_namelen = len };
	struct ksmol_send to;
	int err;

	err = READ_ONCE(sock->lport) ?
	      ksmol_send_prepare(sock, &msg, &to) : -ENOTCONN;
	if (likely(!err))
		return ksmol_udp_send(sock, pb, &to);
	ksmol_pbuf_free_any(pb);
	return err;
}

int ksmol_ksock_send(struct ksmol_ksock *ks, struct ksmol_pbuf *pb,
		     const struct sockaddr *to, int len)
{
	int err = -ENETDOWN;
	struct sock *sk;

	if (!(pb->flags & KSMOL_PB_TX) || !ksmol_pbuf_unhold(pb, ks))
		return -EINVAL;
	rcu_read_lock();
	sk = rcu_dereference(ks->sk);
	if (likely(sk))
		err = send_to(ksmol_sk(sk), pb, to, len);
	else
		ksmol_pbuf_free_any(pb);
	rcu_read_unlock();
	atomic_dec(&ks->filling);
	return err;
}
EXPORT_SYMBOL_GPL(ksmol_ksock_send);
