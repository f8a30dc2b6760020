// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams in the tables: bound, then listeners or connections, then closed.
 * What they share with datagrams stands in demux.c, lock order included.
 */

#include "demux_table.h"

int ksmol_demux_listen(struct ksmol_sock *ks)
{
	struct ksmol_bucket *bucket = ksmol_demux_port_bucket(ks, ks->lport);
	int err = 0;

	spin_lock_bh(&bucket->lock);
	/* Those that may share a bound port may not all listen. */
	if (ksmol_demux_conflict(bucket, ks, &ks->laddr, ks->lport, false)) {
		err = -EADDRINUSE;
	} else {
		ks->rport = 0;
		WRITE_ONCE(ks->inet.sk.sk_state, TCP_LISTEN);
		ksmol_demux_lookup_add(ks);
	}
	spin_unlock_bh(&bucket->lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_listen);

/* Has anybody bound the port that connect() would like? Bucket locked. */
static bool port_owned(struct ksmol_bucket *bucket, const struct ksmol_sock *ks,
		       const struct ksmol_addr *laddr, __be16 lport)
{
	const struct hlist_nulls_node *node;
	const struct ksmol_sock *other;

	hlist_nulls_for_each_entry(other, node, &bucket->head, port)
		if (!other->roving && ksmol_demux_overlap(ks, other, laddr, lport, true))
			return true;
	return false;
}

static void set_ends(struct ksmol_sock *ks, const struct ksmol_addr *laddr,
		     __be16 lport, const struct ksmol_addr *raddr, __be16 rport)
{
	ks->laddr = *laddr;
	ks->lport = lport;
	ks->raddr = *raddr;
	ks->rport = rport;
}

int ksmol_demux_connect(struct ksmol_sock *ks, u8 family,
			const struct ksmol_addr *laddr, __be16 lport,
			const struct ksmol_addr *raddr, __be16 rport)
{
	struct ksmol_addr was_laddr = ks->laddr, was_raddr = ks->raddr;
	__be16 was_lport = ks->lport, was_rport = ks->rport;
	struct ksmol_bucket *bucket = ksmol_demux_port_bucket(ks, lport);
	bool bound = !hlist_nulls_unhashed(&ks->port);
	u8 was_family = ks->family;
	int err = 0;

	spin_lock_bh(&bucket->lock);
	ks->family = family;
	if (!bound && port_owned(bucket, ks, laddr, lport)) {
		err = -EADDRINUSE;
		goto out;
	}
	set_ends(ks, laddr, lport, raddr, rport);
	if (!ksmol_demux_lookup_add(ks)) {
		set_ends(ks, &was_laddr, was_lport, &was_raddr, was_rport);
		err = -EADDRNOTAVAIL;
	} else if (!bound) {
		ks->roving = true;
		ksmol_demux_port_add(ks, bucket);
	}
out:
	if (err)
		ks->family = was_family;
	spin_unlock_bh(&bucket->lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_connect);

int ksmol_demux_child(struct ksmol_sock *ks)
{
	struct ksmol_bucket *bucket = ksmol_demux_port_bucket(ks, ks->lport);
	int err = 0;

	spin_lock_bh(&bucket->lock);
	if (ksmol_demux_lookup_add(ks))
		ksmol_demux_port_add(ks, bucket);
	else
		err = -EADDRNOTAVAIL;
	spin_unlock_bh(&bucket->lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_child);

void ksmol_demux_hide(struct ksmol_sock *ks, u8 family,
		      const struct ksmol_addr *laddr)
{
	struct ksmol_bucket *bucket;

	if (hlist_nulls_unhashed(&ks->port))
		return;
	bucket = ksmol_demux_port_bucket(ks, ks->lport);
	spin_lock_bh(&bucket->lock);
	ksmol_demux_lookup_del(ks);
	ks->family = family;
	ks->laddr = *laddr;
	spin_unlock_bh(&bucket->lock);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_hide);

void ksmol_demux_disconnect(struct ksmol_sock *ks)
{
	static const struct ksmol_addr any;
	struct sock *sk = &ks->inet.sk;
	bool keep_addr = sk->sk_userlocks & SOCK_BINDADDR_LOCK;
	const struct ksmol_addr *laddr = keep_addr ? &ks->laddr : &any;
	u8 family = ksmol_sock_family(ks);

	/* The peer's address would be taken for one of the other family. */
	if (family != ks->family)
		ks->raddr = any;
	if (sk->sk_userlocks & SOCK_BINDPORT_LOCK &&
	    !sock_flag(sk, SOCK_DEAD)) {
		ksmol_demux_hide(ks, family, laddr);
	} else {
		ksmol_demux_unbind(ks);
		ks->family = family;
		ks->laddr = *laddr;
		ks->lport = 0;
		ks->inet.inet_num = 0;
	}
	if (!keep_addr)
		ks->saddr = any;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_demux_disconnect);
