/* SPDX-License-Identifier: GPL-2.0-only */
/* Module parameters: all of them live in module/params.c. */
#ifndef _KSMOL_PARAMS_H
#define _KSMOL_PARAMS_H

#include <linux/siphash.h>
#include <linux/types.h>
#include <ksmol/pool.h>

/* TX token policies; see phy.h. The order is that of ksmol_stats.token. */
enum ksmol_tx_policy {
	KSMOL_POLICY_EAGER,
	KSMOL_POLICY_LAZY,
	KSMOL_POLICY_RESERVE,
};

extern const char * const ksmol_policy_names[KSMOL_NR_POLICIES];

/**
 * struct ksmol_params - values in force; read with READ_ONCE() where writable
 * @tx_policy: enum ksmol_tx_policy (writable)
 * @shared: mode=shared is the default for attach= (writable)
 * @protocol: socket protocol number; @protocol + 1 is for ping sockets
 * @neigh_max: neighbor entries in all
 * @neigh_queue: packets that may wait for one neighbor (writable)
 * @neigh_queue_total: pbufs that may wait for neighbors in all (writable)
 * @igmp_max: multicast groups in all (at load)
 * @pmtu_max: destinations whose path MTU is remembered (at load)
 * @reass_max: datagrams that may be put together at a time (at load)
 * @reass_pbufs: fragments that may wait for others (at load), 0: a quarter of
 *	the RX class
 * @route_max: routes per network namespace
 * @sock_rx: default receive queue limit of a socket in pbufs (writable)
 * @sock_tx: default limit of a socket's pbufs in flight (writable)
 * @sock_hash: buckets of the demux tables, a power of two
 * @ring_memory: KiB that ring sockets may take in all, 0 = none (writable)
 * @icmp_rate: ICMP errors per second that we originate at most (writable)
 * @arp_probe_ms: base interval of address probing, ms (RFC 5227: 1000);
 *	0 uses an address at once, announced but not probed (writable)
 * @tcp_rx: bytes a stream's receive queue may hold at first; @tcp_rx_max: and
 *	after tuning; @tcp_tx, @tcp_tx_max: the send queue's (writable)
 * @tcp_ooo: pbufs that all streams may hold out of order; 0: a share of
 *	pool_rx (writable)
 * @tcp_conns: most connections that no program has any more (orphans), half-open
 *	and in TIME-WAIT, each (at load)
 * @tcp_records: records of sent data in all (at load), 0: four per TX or shared pbuf
 * @tcp_ecn: 0 never, 1 ask for it, 2 (default) grant it (writable)
 * @tcp_cubic: CUBIC is the default, else Reno (writable)
 * @tcp_syncookies: answer by cookie when a listener's queue is full (writable)
 * @ipv6_secret: of addresses that form themselves (RFC 7217; at load), drawn at
 *	load if none is given
 * @ipv6_eui64: form them of the link-layer address instead (writable)
 * @ipv6_temporary: 0 none, 1 form temporary addresses (RFC 8981), 2 and prefer
 *	them (writable)
 * @nd_redirects: follow routers' redirects (writable)
 * @echo_broadcast: answer echo requests to broadcast addresses (writable)
 */
struct ksmol_params {
	int tx_policy;
	bool shared;
	unsigned int protocol;
	unsigned int neigh_max;
	unsigned int neigh_queue;
	unsigned int neigh_queue_total;
	unsigned int igmp_max;
	unsigned int pmtu_max;
	unsigned int reass_max;
	unsigned int reass_pbufs;
	unsigned int route_max;
	unsigned int sock_rx;
	unsigned int sock_tx;
	unsigned int sock_hash;
	unsigned int ring_memory;
	unsigned int icmp_rate;
	unsigned int arp_probe_ms;
	unsigned int tcp_rx;
	unsigned int tcp_rx_max;
	unsigned int tcp_tx;
	unsigned int tcp_tx_max;
	unsigned int tcp_ooo;
	unsigned int tcp_conns;
	unsigned int tcp_records;
	unsigned int tcp_ecn;
	bool tcp_cubic;
	bool tcp_syncookies;
	siphash_key_t ipv6_secret;
	bool ipv6_eui64;
	unsigned int ipv6_temporary;
	bool nd_redirects;
	bool echo_broadcast;
};

extern struct ksmol_params ksmol_params;

/* Validates what was given at load; one log line and an errno when refused. */
int ksmol_params_check(struct ksmol_pool_config *cfg);

/* Acts on the attach= values given at load, then lets writes act at once.
 * Return: 0 or the error of the first that failed; then none is attached.
 */
int ksmol_params_start(void);
/* From here on attach= and detach= answer ESHUTDOWN. */
void ksmol_params_stop(void);

#endif /* _KSMOL_PARAMS_H */
