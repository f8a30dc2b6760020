/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place that knows kernels differ (6.1 to 7.x). Sources are written
 * against the newest API; what an older kernel lacks is added here. Stable
 * trees backport API changes, so features are probed: by macro, by header, by
 * type, or by Kbuild's header probes (KSMOL_HAVE_*). Version numbers decide
 * only where no probe can tell.
 */
#ifndef _KSMOL_COMPAT_H
#define _KSMOL_COMPAT_H

#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/timer.h>
#include <linux/uio.h>
#include <linux/version.h>
#include <uapi/linux/tcp.h>

/* Headers that came later (Kbuild looks for them: sparse has no __has_include) */
#ifdef KSMOL_HAVE_LINUX_UNALIGNED
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#ifdef KSMOL_HAVE_NET_GSO
#include <net/gso.h>
#endif

#ifndef timer_container_of
#define timer_container_of from_timer
#endif

/* Allocation by type: from 7.0 on, and where that was backported. */
#ifndef kzalloc_obj
#define kzalloc_obj(obj)	kzalloc(sizeof(obj), GFP_KERNEL)
#endif
#ifndef kmalloc_obj
#define kmalloc_obj(obj, gfp)	kmalloc(sizeof(obj), gfp)
#endif

/* Options of programs that came later: 6.15. */
#ifndef TCP_RTO_MAX_MS
#define TCP_RTO_MAX_MS	44
#endif

/* struct sockaddr_unsized: proto and proto_ops addresses from 6.19 on. */
#ifndef KSMOL_HAVE_SOCKADDR_UNSIZED
#define sockaddr_unsized sockaddr
#endif

/* proto.accept: its arguments behind the socket, and what of them goes on. */
#ifdef KSMOL_HAVE_ACCEPT_ARG
#define KSMOL_ACCEPT_ARGS	struct proto_accept_arg *arg
#define KSMOL_ACCEPT_PASS	arg->flags, &arg->err
#else
#define KSMOL_ACCEPT_ARGS	int flags, int *err, bool kern
#define KSMOL_ACCEPT_PASS	flags, err
#endif

/* KUnit's visibility macros; without KUnit they cost nothing. */
#ifdef KSMOL_HAVE_KUNIT_VISIBILITY
#include <kunit/visibility.h>
#else
#define EXPORT_SYMBOL_IF_KUNIT(symbol)
#endif

/* The namespace is a string literal from 6.13 on; no probe can tell. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define KSMOL_IMPORT_NS(ns)	MODULE_IMPORT_NS(#ns)
#else
#define KSMOL_IMPORT_NS(ns)	MODULE_IMPORT_NS(ns)
#endif

/* ubuf_info: a callback until 6.9, a table of operations from 6.10 on. */
#ifdef KSMOL_HAVE_UBUF_OPS
#define KSMOL_UBUF_OPS(name, fn) \
	static const struct ubuf_info_ops name = { .complete = fn }
#define ksmol_ubuf_set(uarg, ops_name, fn)	((uarg)->ops = &(ops_name))
#else
#define KSMOL_UBUF_OPS(name, fn)
#define ksmol_ubuf_set(uarg, ops_name, fn)	((uarg)->callback = (fn))
#endif

/*
 * Senders' pages by reference: from 6.5 on, though older stable trees have the
 * flag's name alone. The page that it gives is not referenced.
 */
#if defined(KSMOL_HAVE_EXTRACT_PAGES) && defined(MSG_SPLICE_PAGES)
#define KSMOL_SPLICE_PAGES	MSG_SPLICE_PAGES
static inline ssize_t ksmol_iter_page(struct iov_iter *iter,
				      struct page **page, size_t max,
				      size_t *off)
{
	return iov_iter_extract_pages(iter, &page, max, 1, 0, off);
}
#else
#define KSMOL_SPLICE_PAGES	0
static inline ssize_t ksmol_iter_page(struct iov_iter *iter,
				      struct page **page, size_t max,
				      size_t *off)
{
	return 0;
}
#endif

/* Payload in device memory exists from 6.12 on. */
#ifdef KSMOL_HAVE_UNREADABLE
#define ksmol_skb_readable(skb)	skb_frags_readable(skb)
#else
#define ksmol_skb_readable(skb)	true
#endif

/* A device for NAPI instances that belong to none: by itself from 6.10 on.
 * For those who include linux/netdevice.h.
 */
#ifdef KSMOL_HAVE_NETDEV_DUMMY
#define ksmol_netdev_dummy()		alloc_netdev_dummy(0)
#define ksmol_netdev_dummy_free(dev)	free_netdev(dev)
#else
#define ksmol_netdev_dummy() ({						\
	struct net_device *__dev = kzalloc_obj(*__dev);			\
									\
	if (__dev)							\
		init_dummy_netdev(__dev);				\
	__dev;								\
})
#define ksmol_netdev_dummy_free(dev)	kfree(dev)
#endif

#endif /* _KSMOL_COMPAT_H */
