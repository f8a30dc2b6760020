// SPDX-License-Identifier: GPL-2.0-only
/*
 * What raw sockets of IPv6 have of their own: they get no network header, sums
 * are made and checked for them (RFC 3542 3.1), and ICMPv6 has 256 types.
 */

#include <linux/icmpv6.h>
#include <linux/sockptr.h>
#include "raw.h"

#if IS_ENABLED(CONFIG_IPV6)

/* The sum's place is looked for in so many bytes. */
#define CSUM_AT_MAX 254

void ksmol_raw6_protocol(struct ksmol_sock *ks, u8 proto)
{
	/* RFC 3542 3.1: nobody need ask for ICMPv6's. */
	ksmol_raw6(ks)->csum_at = proto == IPPROTO_ICMPV6 ?
		offsetof(struct icmp6hdr, icmp6_cksum) : -1;
}

/* --- in --- */

bool ksmol_raw6_wants(const struct ksmol_sock *ks, u8 proto, int type,
		      const struct ksmol_pbuf *pb)
{
	const struct ksmol_raw6 *raw = ksmol_raw6(ks);
	__wsum pseudo;

	if (proto == IPPROTO_ICMPV6 && type >= 0 &&
	    READ_ONCE(raw->filter.data[type / 32]) & BIT(type % 32))
		return false;
	if (READ_ONCE(raw->csum_at) < 0)
		return true;
	pseudo = ksmol_pseudo_sum(AF_INET6, &pb->rx.saddr, &pb->rx.daddr,
				  pb->len, proto);
	return !csum_fold(ksmol_pbuf_csum(pb, 0, pb->len, pseudo));
}

/* --- out --- */

bool ksmol_raw6_fits(const struct ksmol_sock *ks, size_t len)
{
	int at = READ_ONCE(ksmol_raw6(ks)->csum_at);

	return at < 0 || (at <= CSUM_AT_MAX && at + sizeof(__sum16) <= len);
}

void ksmol_raw6_push(struct ksmol_sock *ks, struct ksmol_pbuf *pb,
		     const struct ksmol_send *to,
		     const struct ksmol_addr *saddr, const void *unused)
{
	int at = READ_ONCE(ksmol_raw6(ks)->csum_at);
	u32 len = ksmol_pbuf_chain_len(pb);
	__sum16 sum = 0;
	__wsum pseudo;

	if (at < 0 || at > CSUM_AT_MAX || at + sizeof(sum) > len)
		return;
	pseudo = ksmol_pseudo_sum(AF_INET6, saddr, &to->flow.daddr, len,
				  to->flow.proto);
	memcpy(pb->head + pb->off + at, &sum, sizeof(sum));
	sum = csum_fold(ksmol_pbuf_csum(pb, 0, len, pseudo)) ?: CSUM_MANGLED_0;
	memcpy(pb->head + pb->off + at, &sum, sizeof(sum));
}

/* --- options --- */

static int csum_set(struct ksmol_sock *ks, u8 proto, sockptr_t from,
		    unsigned int len)
{
	int at;

	if (len < sizeof(at))
		return -EINVAL;
	if (copy_from_sockptr(&at, from, sizeof(at)))
		return -EFAULT;
	if (proto == IPPROTO_ICMPV6 || (at > 0 && at & 1) || at > CSUM_AT_MAX)
		return -EINVAL;
	WRITE_ONCE(ksmol_raw6(ks)->csum_at, at < 0 ? -1 : at);
	return 0;
}

static int filter_set(struct ksmol_sock *ks, u8 proto, sockptr_t from,
		      unsigned int len)
{
	struct icmp6_filter filter;

	if (proto != IPPROTO_ICMPV6)
		return -EOPNOTSUPP;
	filter = ksmol_raw6(ks)->filter;
	len = min_t(unsigned int, len, sizeof(filter));
	if (copy_from_sockptr(&filter, from, len))
		return -EFAULT;
	ksmol_raw6(ks)->filter = filter;
	return 0;
}

int ksmol_raw6_setsockopt(struct ksmol_sock *ks, u8 proto, int level, int name,
			  sockptr_t from, unsigned int len)
{
	if (level == SOL_ICMPV6)
		return name == ICMPV6_FILTER ?
		       filter_set(ks, proto, from, len) : -ENOPROTOOPT;
	if (name == IPV6_CHECKSUM && (level == SOL_IPV6 || level == SOL_RAW))
		return csum_set(ks, proto, from, len);
	return -ENOPROTOOPT;
}

static int data_put(const void *from, int size, char __user *to,
		    int __user *lenp)
{
	int len;

	if (get_user(len, lenp))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	len = min(len, size);
	if (put_user(len, lenp) || copy_to_user(to, from, len))
		return -EFAULT;
	return 0;
}

int ksmol_raw6_getsockopt(struct ksmol_sock *ks, u8 proto, int level, int name,
			  char __user *to, int __user *lenp)
{
	const struct ksmol_raw6 *raw = ksmol_raw6(ks);

	if (level == SOL_ICMPV6) {
		if (name != ICMPV6_FILTER)
			return -ENOPROTOOPT;
		if (proto != IPPROTO_ICMPV6)
			return -EOPNOTSUPP;
		return data_put(&raw->filter, sizeof(raw->filter), to, lenp);
	}
	if (name == IPV6_CHECKSUM && (level == SOL_IPV6 || level == SOL_RAW))
		return data_put(&raw->csum_at, sizeof(raw->csum_at), to, lenp);
	return -ENOPROTOOPT;
}

#endif /* CONFIG_IPV6 */
