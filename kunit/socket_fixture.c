// SPDX-License-Identifier: GPL-2.0-only
/* What the socket suites share. */

#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/poll.h>
#include <net/ip.h>
#include "../module/iface/pmtu.h"
#include "socket_fixture.h"

static void attach(struct kunit *test, struct ksmol_vdev *vdev,
		   const char *addr)
{
	char spec[64];

	snprintf(spec, sizeof(spec), "%s,%s", vdev->dev->name, addr);
	KUNIT_ASSERT_EQ(test, ksmol_attach(&init_net, spec), 0);
}

int socket_fixture_init_as(struct kunit *test, const char *addrs)
{
	struct socket_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->probe_ms = ksmol_params.arp_probe_ms;
	ksmol_params.arp_probe_ms = 0;
	f->vdev = ksmol_vdev_create(test, KSMOL_MEDIUM_IP, NETIF_F_SG);
	attach(test, f->vdev, addrs);
	f->attached = true;
	return 0;
}

int socket_fixture_init(struct kunit *test)
{
	return socket_fixture_init_as(test, "10.66.0.1/24");
}

void socket_detach(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	if (!f->attached)
		return;
	f->attached = false;
	KUNIT_EXPECT_EQ(test, ksmol_detach(&init_net, f->vdev->dev->name), 0);
}

/* Nothing hashed, nothing in flight, the pool whole. */
void socket_fixture_exit(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	if (!f)
		return;
	while (f->n)
		if (f->socks[--f->n])
			sock_release(f->socks[f->n]);
	socket_detach(test);
	if (f->ether)
		ksmol_detach(&init_net, f->ether->dev->name);
	ksmol_vdev_destroy(f->ether);
	ksmol_vdev_destroy(f->vdev);
	ksmol_params.arp_probe_ms = f->probe_ms;
	ksmol_pmtu_forget(NULL);
	KUNIT_EXPECT_EQ(test, ksmol_demux_count(), 0U);
	rcu_barrier();
	ksmol_kunit_expect_whole(test);
}

/* --- sockets --- */

static struct socket *sock_open(struct kunit *test, int proto)
{
	struct socket_fixture *f = test->priv;
	struct socket *sock;

	KUNIT_ASSERT_LT(test, f->n, (u32)ARRAY_SIZE(f->socks));
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_DGRAM,
					       proto, &sock), 0);
	f->socks[f->n++] = sock;
	return sock;
}

struct socket *udp_open(struct kunit *test)
{
	return sock_open(test, ksmol_params.protocol);
}

struct socket *ping_open(struct kunit *test)
{
	return sock_open(test, ksmol_params.protocol + 1);
}

void sock_shut(struct kunit *test, struct socket *sock)
{
	struct socket_fixture *f = test->priv;
	u32 i;

	for (i = 0; i < f->n; i++)
		if (f->socks[i] == sock)
			f->socks[i] = NULL;
	sock_release(sock);
}

static struct sockaddr_in endpoint(__be32 addr, u16 port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = addr,
	};
}

int sock_bind_to(struct socket *sock, __be32 addr, u16 port)
{
	struct sockaddr_in sin = endpoint(addr, port);

	return sock->ops->bind(sock, (struct sockaddr_unsized *)&sin,
			       sizeof(sin));
}

int sock_connect_to(struct socket *sock, __be32 addr, u16 port)
{
	struct sockaddr_in sin = endpoint(addr, port);

	return sock->ops->connect(sock, (struct sockaddr_unsized *)&sin,
				  sizeof(sin), 0);
}

struct socket *udp_bound(struct kunit *test, __be32 addr, u16 port)
{
	struct socket *sock = udp_open(test);

	KUNIT_ASSERT_EQ(test, sock_bind_to(sock, addr, port), 0);
	return sock;
}

u16 sock_port(struct socket *sock)
{
	struct sockaddr_in sin = {};

	sock->ops->getname(sock, (struct sockaddr *)&sin, 0);
	return ntohs(sin.sin_port);
}

int sock_send(struct kunit *test, struct socket *sock, __be32 addr, u16 port,
	      u32 len, int flags)
{
	struct sockaddr_in sin = endpoint(addr, port);
	struct socket_fixture *f = test->priv;
	struct kvec vec = { .iov_base = f->buf, .iov_len = len };
	struct msghdr msg = { .msg_flags = flags };

	if (addr) {
		msg.msg_name = &sin;
		msg.msg_namelen = sizeof(sin);
	}
	return kernel_sendmsg(sock, &msg, &vec, 1, len);
}

int sock_recv(struct kunit *test, struct socket *sock, u32 len, int flags)
{
	struct socket_fixture *f = test->priv;
	struct kvec vec = { .iov_base = f->buf, .iov_len = len };
	struct msghdr msg = {
		.msg_name = &f->name,
		.msg_control = f->control,
		.msg_controllen = sizeof(f->control),
	};
	int ret;

	memset(f->buf, 0xee, sizeof(f->buf));
	memset(&f->name6, 0, sizeof(f->name6));
	if (!(flags & MSG_WAITALL))
		flags |= MSG_DONTWAIT;
	ret = kernel_recvmsg(sock, &msg, &vec, 1, len, flags);
	f->controllen = sizeof(f->control) - msg.msg_controllen;
	f->flags = msg.msg_flags;
	return ret;
}

const void *sock_control(struct kunit *test, int level, int type, u32 len)
{
	struct socket_fixture *f = test->priv;
	struct msghdr msg = {
		.msg_control = f->control,
		.msg_controllen = f->controllen,
	};
	struct cmsghdr *cmsg;

	for_each_cmsghdr(cmsg, &msg)
		if (cmsg->cmsg_level == level && cmsg->cmsg_type == type &&
		    cmsg->cmsg_len == CMSG_LEN(len))
			return CMSG_DATA(cmsg);
	return NULL;
}

int sock_ip_option(struct socket *sock, int name, int val)
{
	return sock->ops->setsockopt(sock, SOL_IP, name, KERNEL_SOCKPTR(&val),
				     sizeof(val));
}

void sock_option(struct kunit *test, struct socket *sock, int name, int val)
{
	KUNIT_ASSERT_EQ(test, sock_setsockopt(sock, SOL_SOCKET, name,
					      KERNEL_SOCKPTR(&val),
					      sizeof(val)), 0);
}

__poll_t sock_events(struct socket *sock)
{
	return sock->ops->poll(NULL, sock, NULL);
}

/* --- the peer --- */

void frame_arrives(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	ksmol_vdev_inject(test, f->vdev, f->frame.data + ETH_HLEN,
			  f->frame.len - ETH_HLEN);
}

void peer_sends_from(struct kunit *test, __be32 saddr, u16 sport,
		     __be32 daddr, u16 port, u32 len)
{
	struct socket_fixture *f = test->priv;
	struct ksmol_frame_ends ends = {
		.saddr = saddr,
		.daddr = daddr,
		.sport = htons(sport),
		.dport = htons(port),
		.tos = 0x28,
		.ttl = 33,
	};

	ksmol_frame_udp(&f->frame, &ends, NULL, len);
	frame_arrives(test);
}

void peer_sends(struct kunit *test, __be32 daddr, u16 port, u32 len)
{
	peer_sends_from(test, PEER, PEER_PORT, daddr, port, len);
}

void broadcast_arrives(struct kunit *test, u16 port, u32 len)
{
	struct ksmol_frame_ends ends = {
		.dmac = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		.saddr = ETHER_PEER,
		.daddr = htonl(INADDR_BROADCAST),
		.sport = htons(PEER_PORT),
		.dport = htons(port),
		.tos = 0x28,
		.ttl = 33,
	};
	struct socket_fixture *f = test->priv;

	if (!f->ether) {
		f->ether = ksmol_vdev_create(test, KSMOL_MEDIUM_ETHERNET, 0);
		attach(test, f->ether, "10.67.0.1/24");
		ksmol_vdev_settle(f->ether);
	}
	ether_addr_copy(ends.smac, ksmol_vdev_peer_mac);
	ksmol_frame_udp(&f->frame, &ends, NULL, len);
	ksmol_vdev_inject(test, f->ether, f->frame.data, f->frame.len);
}

/* The quote: what a UDP datagram of ours looked like on the wire. */
void peer_objects(struct kunit *test, u8 type, u8 code, u32 rest,
		  u16 sport, __be32 daddr, u16 dport, u32 len)
{
	struct socket_fixture *f = test->priv;
	struct ksmol_frame_ends ours = {
		.saddr = US,
		.daddr = daddr,
		.sport = htons(sport),
		.dport = htons(dport),
	};
	struct ksmol_frame_ends ends = { .saddr = OTHER, .daddr = US };
	struct ksmol_frame *quote = kunit_kzalloc(test, sizeof(*quote),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, quote);
	ksmol_frame_udp(quote, &ours, NULL, len);
	ksmol_frame_icmp(&f->frame, &ends, type, code, rest,
			 quote->data + ETH_HLEN, quote->len - ETH_HLEN);
	frame_arrives(test);
}

struct sk_buff *peer_gets(struct kunit *test)
{
	struct socket_fixture *f = test->priv;

	return ksmol_vdev_sent(f->vdev);
}

/* --- counters --- */

u64 verdicts(int verdict)
{
	return ksmol_stats_sum(offsetof(struct ksmol_stats, verdict) +
			       verdict * sizeof(u64));
}

u32 owned(enum ksmol_owner owner)
{
	struct ksmol_census census;
	enum ksmol_class class;
	u32 n = 0;

	ksmol_pool_census(&ksmol_pool, &census);
	for (class = 0; class < KSMOL_NR_CLASSES; class++)
		n += census.owner[class][owner];
	return n;
}

/* --- time --- */

static void later_work(struct work_struct *work)
{
	struct later *later = container_of(to_delayed_work(work),
					   struct later, work);

	later->fn(later->test);
}

void later_start(struct later *later, struct kunit *test, unsigned int ms,
		 void (*fn)(struct kunit *test))
{
	later->fn = fn;
	later->test = test;
	INIT_DELAYED_WORK_ONSTACK(&later->work, later_work);
	schedule_delayed_work(&later->work, msecs_to_jiffies(ms));
}

void later_end(struct later *later)
{
	flush_delayed_work(&later->work);
	destroy_delayed_work_on_stack(&later->work);
}
