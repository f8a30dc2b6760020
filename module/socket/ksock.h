/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets of other modules: what the files of this room need of them. */
#ifndef _KSMOL_SOCKET_KSOCK_H
#define _KSMOL_SOCKET_KSOCK_H

#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/wait.h>
#include <ksmol/kapi.h>
#include <ksmol/pool.h>
#include <ksmol/stats.h>

struct net;
struct sock;
struct socket;

/**
 * struct ksmol_ksock - a socket that receives by callback
 * @ops, @priv: its owner's
 * @sk: the socket; NULL once it is closed or its namespace ends. RCU
 * @sock: the same, for calls that may sleep; ksock_lock
 * @net: its namespace; never followed once @sock is gone
 * @node: in the list of all; ksock_lock
 * @pool: where its TX pbufs come from
 * @kept: received packets that the owner holds
 * @filling: those he allocated and hasn't sent
 * @wanted: somebody was told that there is no room
 * @room: tells that there is again
 * @pool_wait: on @pool's wait queue
 * @waiters: who sleeps in ksmol_ksock_alloc_wait()
 */
struct ksmol_ksock {
	const struct ksmol_ksock_ops *ops;
	void *priv;
	struct sock __rcu *sk;
	struct socket *sock;
	struct net *net;
	struct list_head node;
	struct ksmol_pool *pool;
	atomic_t kept;
	atomic_t filling;
	bool wanted;
	struct tasklet_struct room;
	wait_queue_entry_t pool_wait;
	wait_queue_head_t waiters;
};

/* A datagram for it: as ksmol_sock_receive(). */
enum ksmol_verdict ksmol_ksock_receive(struct ksmol_ksock *ks,
				       struct ksmol_pbuf *pb);

/* Received packets that its owner holds. RCU. */
static inline u32 ksmol_ksock_kept(const struct ksmol_ksock *ks)
{
	return max(atomic_read(&ks->kept), 0);
}

/* --- ksock_room.c: is there room to send, and who wants to know --- */

void ksmol_ksock_room_init(struct ksmol_ksock *ks);
/* Sends from @pool, and hears of its room, from now on. Process. */
void ksmol_ksock_room_from(struct ksmol_ksock *ks, struct ksmol_pool *pool);
/* Waits until write_space is not running. Process. */
void ksmol_ksock_room_exit(struct ksmol_ksock *ks);
/* Linux's sk_write_space. */
void ksmol_ksock_write_space(struct sock *sk);

int ksmol_ksock_init(void);
void ksmol_ksock_exit(void);

#endif /* _KSMOL_SOCKET_KSOCK_H */
