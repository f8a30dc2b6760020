/* SPDX-License-Identifier: GPL-2.0-only */
/* Who polls, and for what. */
#ifndef _KSMOL_SOCKET_POLL_H
#define _KSMOL_SOCKET_POLL_H

#include <linux/fs.h>
#include <linux/poll.h>

/* What a socket with room to send tells of. */
#define KSMOL_POLL_ROOM (EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND)

static inline bool ksmol_polls_room(const struct poll_table_struct *table)
{
	return poll_requested_events(table) & KSMOL_POLL_ROOM;
}

/*
 * epoll comes here with a table once only, whatever it is asked for later; a file
 * is known to it before that.
 */
static inline bool ksmol_in_epoll(struct file *file)
{
#ifdef CONFIG_EPOLL
	return file && READ_ONCE(file->f_ep);
#else
	return false;
#endif
}

/**
 * ksmol_poll_wait_room() - wait for the pool's room, too
 * @file: the socket's, or NULL
 * @wait: the pool's tx_wait
 * @table: as passed to poll()
 *
 * Not for who asks for something to read alone: each queue that select() and
 * poll() have to enter and to leave costs them two locks.
 */
static inline void ksmol_poll_wait_room(struct file *file,
					wait_queue_head_t *wait,
					struct poll_table_struct *table)
{
	if (ksmol_polls_room(table) || ksmol_in_epoll(file))
		poll_wait(file, wait, table);
}

#endif /* _KSMOL_SOCKET_POLL_H */
