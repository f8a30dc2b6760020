// SPDX-License-Identifier: GPL-2.0-only

#include <net/if_inet6.h>
#include <net/ip6_checksum.h>
#include "nd_fixture.h"

void nd_begin(struct nd_message *m, u8 type, u32 hlen, const char *src,
	      const char *dst)
{
	memset(m, 0, sizeof(*m));
	m->src = src;
	m->dst = dst;
	m->hops = 255;
	m->len = hlen;
	m->bytes[0] = type;
}

void nd_put(struct nd_message *m, const void *bytes, u32 len)
{
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
}

void nd_put_mac(struct nd_message *m, u8 option, const u8 *mac)
{
	u8 head[2] = { option, 1 };

	nd_put(m, head, 2);
	nd_put(m, mac, ETH_ALEN);
}

void nd_put_prefix(struct nd_message *m, const char *prefix, u8 plen, u8 flags,
		   u32 valid, u32 preferred)
{
	struct ksmol_addr addr = ksmol_ip6(prefix);
	u8 opt[16] = { 3, 4, plen, flags };

	put_unaligned_be32(valid, opt + 4);
	put_unaligned_be32(preferred, opt + 8);
	nd_put(m, opt, sizeof(opt));
	nd_put(m, &addr, sizeof(addr));
}

static void nd_target(struct nd_message *m, const char *target)
{
	struct ksmol_addr addr = ksmol_ip6(target);

	memcpy(m->bytes + 8, &addr, sizeof(addr));
}

void nd_ns(struct nd_message *m, const char *src, const char *dst,
	   const char *target, const u8 *mac)
{
	nd_begin(m, 135, 24, src, dst);
	nd_target(m, target);
	if (mac)
		nd_put_mac(m, 1, mac);
}

void nd_na(struct nd_message *m, const char *src, const char *dst, u8 flags,
	   const char *target, const u8 *mac)
{
	nd_begin(m, 136, 24, src, dst);
	m->bytes[4] = flags;
	nd_target(m, target);
	if (mac)
		nd_put_mac(m, 2, mac);
}

void nd_ra(struct nd_message *m, const char *router, u8 flags, u16 lifetime)
{
	nd_begin(m, 134, 16, router, "ff02::1");
	m->bytes[5] = flags;
	put_unaligned_be16(lifetime, m->bytes + 6);
}

void nd_arrives(struct kunit *test, struct nd_message *m)
{
	struct iface_fixture *f = test->priv;
	struct ksmol_frame *frame = &f->frame;
	struct ksmol_addr src = ksmol_ip6(m->src);
	struct ksmol_addr dst = ksmol_ip6(m->dst ?: US6);
	struct ipv6hdr *ip;
	u8 mac[ETH_ALEN];

	ether_addr_copy(mac, ksmol_vdev_mac);
	if (ksmol_addr_is_multicast6(&dst))
		ipv6_eth_mc_map(&dst.v6, mac);
	put_unaligned_be16(0, m->bytes + 2);
	put_unaligned((__force u16)csum_ipv6_magic(&src.v6, &dst.v6, m->len,
						   IPPROTO_ICMPV6,
						   csum_partial(m->bytes,
								m->len, 0)),
		      (u16 *)(m->bytes + 2));
	ksmol_frame_eth(frame, mac, ksmol_vdev_peer_mac, ETH_P_IPV6);
	ip = (struct ipv6hdr *)(frame->data + ETH_HLEN);
	memset(ip, 0, sizeof(*ip));
	ip->version = 6;
	ip->payload_len = htons(m->len);
	ip->nexthdr = IPPROTO_ICMPV6;
	ip->hop_limit = m->hops;
	ip->saddr = src.v6;
	ip->daddr = dst.v6;
	memcpy(ip + 1, m->bytes, m->len);
	frame->len = ETH_HLEN + sizeof(*ip) + m->len;
	iface_arrives(test);
	timer_delete_sync(&f->iface->timer);
}

/* Behind a hop-by-hop header, if there is one. */
static u8 *sent_icmp(struct kunit *test, struct ipv6hdr *ip)
{
	u32 len = ntohs(ip->payload_len);
	u8 *icmp = (u8 *)(ip + 1);

	if (ip->nexthdr == IPPROTO_HOPOPTS) {
		/* Router alert (RFC 2711), and it is MLD's. */
		KUNIT_EXPECT_EQ(test, get_unaligned_be64(icmp),
				0x3a00050200000100ULL);
		icmp += 8;
		len -= 8;
	} else {
		KUNIT_EXPECT_EQ(test, ip->nexthdr, IPPROTO_ICMPV6);
	}
	KUNIT_EXPECT_EQ(test, csum_ipv6_magic(&ip->saddr, &ip->daddr, len,
					      IPPROTO_ICMPV6,
					      csum_partial(icmp, len, 0)), 0);
	return icmp;
}

struct ipv6hdr *nd_sent(struct kunit *test, u8 **icmp, u8 *dst)
{
	struct iface_fixture *f = test->priv;
	struct sk_buff *skb = ksmol_vdev_sent(f->vdev);
	struct ipv6hdr *ip;
	u8 *bytes;

	if (!skb)
		return NULL;
	bytes = kunit_kzalloc(test, skb->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	skb_copy_bits(skb, 0, bytes, skb->len);
	kfree_skb(skb);
	if (get_unaligned_be16(bytes + 12) != ETH_P_IPV6)
		return NULL;
	if (dst)
		ether_addr_copy(dst, bytes);
	ip = (struct ipv6hdr *)(bytes + ETH_HLEN);
	*icmp = sent_icmp(test, ip);
	return ip;
}

static struct ipv6hdr *sent_about(struct kunit *test, u8 type,
				  const char *target, u8 **icmp, u8 *dst)
{
	struct ksmol_addr addr = ksmol_ip6(target);
	struct ipv6hdr *ip = nd_sent(test, icmp, dst);

	if (!ip || (*icmp)[0] != type || memcmp(*icmp + 8, &addr, 16))
		return NULL;
	KUNIT_EXPECT_EQ(test, ip->hop_limit, 255);
	return ip;
}

struct ipv6hdr *nd_sent_ns(struct kunit *test, const char *target, u8 *dst)
{
	u8 *icmp;

	return sent_about(test, 135, target, &icmp, dst);
}

struct ipv6hdr *nd_sent_na(struct kunit *test, const char *target, u8 *flags,
			   u8 *dst)
{
	struct ipv6hdr *ip;
	u8 *icmp;

	ip = sent_about(test, 136, target, &icmp, dst);
	if (ip)
		*flags = icmp[4];
	return ip;
}

int nd_send(struct kunit *test, const char *daddr, u32 len)
{
	struct iface_fixture *f = test->priv;
	struct ksmol_flow flow = {
		.net = &init_net,
		.family = AF_INET6,
		.proto = IPPROTO_UDP,
		.ttl = 64,
		.oif = f->iface->phy->ifindex,
		.daddr = ksmol_ip6(daddr),
	};
	struct ksmol_pbuf *pb;
	struct ksmol_dst dst;
	u8 bytes[100] = {};
	int err;

	local_bh_disable();
	pb = ksmol_pbuf_alloc_tx(&ksmol_pool, false);
	err = pb ? ksmol_pbuf_from_mem(pb, bytes, len, false) : -ENOBUFS;
	local_bh_enable();
	KUNIT_ASSERT_EQ(test, err, 0);
	rcu_read_lock();
	err = ksmol_route(&flow, &dst);
	if (err)
		ksmol_pbuf_free_any(pb);
	else
		err = ksmol_ip_output(&flow, &dst, pb);
	rcu_read_unlock();
	timer_delete_sync(&f->iface->timer);
	return err;
}

u8 nd_neigh(struct iface_fixture *f, const char *addr)
{
	struct ksmol_addr a = ksmol_ip6(addr);
	u8 mac[ETH_ALEN] __aligned(2);

	return ksmol_neigh_state(f->iface, AF_INET6, &a, mac);
}

struct ksmol_ifaddr *nd_ifaddr(struct iface_fixture *f, const char *addr)
{
	struct ksmol_addr a = ksmol_ip6(addr);

	return ksmol_iface_addr(f->iface, AF_INET6, &a);
}

void nd_addrs_later(struct kunit *test, unsigned int ms)
{
	struct iface_fixture *f = test->priv;
	unsigned long next;

	rcu_read_lock();
	local_bh_disable();
	ksmol_iface_addrs_run(f->iface, jiffies + msecs_to_jiffies(ms), &next);
	local_bh_enable();
	rcu_read_unlock();
	timer_delete_sync(&f->iface->timer);
}

void nd_autoconf_at(struct kunit *test, unsigned long now)
{
	struct iface_fixture *f = test->priv;
	unsigned long next;

	rcu_read_lock();
	local_bh_disable();
	ksmol_autoconf_run(f->iface, now, &next);
	local_bh_enable();
	rcu_read_unlock();
	flush_work(&f->iface->autoconf->work);
	timer_delete_sync(&f->iface->timer);
}

void nd_autoconf_later(struct kunit *test, unsigned int ms)
{
	nd_autoconf_at(test, jiffies + msecs_to_jiffies(ms));
}

struct iface_fixture *nd_attach(struct kunit *test, const char *words)
{
	struct iface_fixture *f = iface_attach(test, words);

	nd_autoconf_later(test, 1000);
	iface_forget(test);
	return f;
}
