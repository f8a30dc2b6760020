// SPDX-License-Identifier: GPL-2.0-only
/* A socket of another module, as its suites have it. */

#include "ksock_fixture.h"

static int look(const void *data, u32 len, void *arg)
{
	struct ksock_seen *seen = arg;

	if (seen->len + len > sizeof(seen->bytes))
		return -ENOSPC;
	memcpy(seen->bytes + seen->len, data, len);
	seen->len += len;
	seen->pieces++;
	return 0;
}

static void keep(struct ksock_seen *seen, struct ksmol_rx *rx)
{
	struct ksmol_pbuf *pb = ksmol_rx_keep(rx);

	if (seen->twice && ksmol_rx_keep(rx))
		seen->again = true;
	if (!pb)
		seen->refused++;
	else if (seen->n < KSOCK_KEPT_MAX)
		seen->kept[seen->n++] = pb;
}

static void on_receive(struct ksmol_ksock *ks, struct ksmol_rx *rx, void *priv)
{
	struct ksock_seen *seen = priv;

	seen->received++;
	seen->len = 0;
	seen->pieces = 0;
	memset(seen->bytes, 0xee, sizeof(seen->bytes));
	ksmol_pkt_walk(rx->pb, look, seen);
	if (seen->keep)
		keep(seen, rx);
}

static void on_write_space(struct ksmol_ksock *ks, void *priv)
{
	struct ksock_seen *seen = priv;

	WRITE_ONCE(seen->spaces, seen->spaces + 1);
}

static void on_error(struct ksmol_ksock *ks, int err, void *priv)
{
	struct ksock_seen *seen = priv;

	seen->errors++;
	seen->err = err;
}

static void on_gone(struct ksmol_ksock *ks, bool for_good, void *priv)
{
	struct ksock_seen *seen = priv;

	seen->gones++;
	seen->for_good = for_good;
}

static const struct ksmol_ksock_ops ops = {
	.receive = on_receive,
	.write_space = on_write_space,
	.error = on_error,
	.gone = on_gone,
};

static struct sockaddr_in endpoint(__be32 addr, u16 port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = addr,
	};
}

int ksock_bind_to(struct ksmol_ksock *ks, __be32 addr, u16 port)
{
	struct sockaddr_in sin = endpoint(addr, port);

	return ksmol_ksock_bind(ks, (struct sockaddr *)&sin, sizeof(sin));
}

int ksock_connect_to(struct ksmol_ksock *ks, __be32 addr, u16 port)
{
	struct sockaddr_in sin = endpoint(addr, port);

	return ksmol_ksock_connect(ks, (struct sockaddr *)&sin, sizeof(sin));
}

struct ksock_seen *ksock_opened(struct kunit *test, int family)
{
	struct ksock_seen *seen = kunit_kzalloc(test, sizeof(*seen),
						GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, seen);
	seen->ks = ksmol_ksock_open(&init_net, family, SOCK_DGRAM, &ops, seen);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, seen->ks);
	return seen;
}

struct ksock_seen *ksock_bound(struct kunit *test, __be32 addr, u16 port)
{
	struct ksock_seen *seen = ksock_opened(test, AF_INET);

	if (port)
		KUNIT_EXPECT_EQ(test, ksock_bind_to(seen->ks, addr, port), 0);
	return seen;
}

struct ksmol_pbuf *ksock_filled(struct kunit *test, struct ksmol_ksock *ks,
				u32 len)
{
	struct ksmol_pbuf *pb = ksmol_ksock_alloc(ks);
	u8 *at;
	u32 i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pb);
	at = ksmol_pkt_put(pb, len);
	KUNIT_ASSERT_NOT_NULL(test, at);
	for (i = 0; i < len; i++)
		at[i] = i;
	return pb;
}

int ksock_send_to(struct kunit *test, struct ksmol_ksock *ks, __be32 addr,
		  u16 port, u32 len)
{
	struct sockaddr_in sin = endpoint(addr, port);

	return ksmol_ksock_send(ks, ksock_filled(test, ks, len),
				(struct sockaddr *)&sin, sizeof(sin));
}

bool ksock_counted(const u8 *bytes, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (bytes[i] != (u8)i)
			return false;
	return true;
}

void ksock_release_all(struct ksock_seen *seen)
{
	while (seen->n)
		ksmol_pkt_release(seen->ks, seen->kept[--seen->n]);
}
