// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket of another module, which has each datagram as soon as it arrives:
 * no queue, no reader. It copies them, as recvmsg() does, to be compared.
 */

#include <linux/err.h>
#include <net/net_namespace.h>

#include "bench.h"

static void callback_receive(struct ksmol_ksock *ks, struct ksmol_rx *rx,
			     void *priv)
{
	struct bench_callback *callback = priv;
	u32 len = ksmol_pkt_len(rx->pb);

	if (len <= BENCH_LARGE &&
	    !ksmol_pkt_copy(rx->pb, 0, callback->bytes, len))
		callback->received++;
}

static const struct ksmol_ksock_ops callback_ops = {
	.receive = callback_receive,
};

int bench_callback_open(struct bench_callback *callback, u8 family, u16 port)
{
	struct sockaddr_storage local;
	int err, len;

	callback->received = 0;
	callback->ks = ksmol_ksock_open(&init_net, family, SOCK_DGRAM,
					&callback_ops, callback);
	if (IS_ERR(callback->ks))
		return PTR_ERR(callback->ks);
	len = bench_end_local(&local, BENCH_KSMOL, family, port);
	err = ksmol_ksock_bind(callback->ks, (struct sockaddr *)&local, len);
	if (err)
		ksmol_ksock_close(callback->ks);
	return err;
}

void bench_callback_close(struct bench_callback *callback)
{
	ksmol_ksock_close(callback->ks);
}
