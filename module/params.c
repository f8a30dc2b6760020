// SPDX-License-Identifier: GPL-2.0-only
/* Every module parameter: declaration, validation, what a write does. */

#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/log2.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <ksmol/compat.h>
#include <ksmol/iface.h>
#include <ksmol/params.h>
#include <uapi/linux/ksmol.h>

struct ksmol_params ksmol_params = {
	.tx_policy = KSMOL_POLICY_RESERVE,
	.protocol = KSMOL_PROTO,
	.neigh_max = 256,
	.neigh_queue = 4,
	.neigh_queue_total = 64,
	.reass_max = 64,
	.igmp_max = 256,
	.pmtu_max = 256,
	.route_max = 64,
	.sock_rx = 256,
	.sock_tx = 128,
	.sock_hash = 16384,
	.ring_memory = 262144,
	.icmp_rate = 100,
	.arp_probe_ms = 1000,
	.tcp_rx = 131072,
	.tcp_rx_max = 6291456,
	.tcp_tx = 65536,
	.tcp_tx_max = 4194304,
	.tcp_conns = 4096,
	.tcp_ecn = 2,
	.tcp_cubic = true,
	.tcp_syncookies = true,
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_params);

const char * const ksmol_policy_names[KSMOL_NR_POLICIES] = {
	[KSMOL_POLICY_EAGER] = "eager",
	[KSMOL_POLICY_LAZY] = "lazy",
	[KSMOL_POLICY_RESERVE] = "reserve",
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_policy_names);

/* --- the pool: read at load --- */

static unsigned int pool_rx = 4096;
module_param(pool_rx, uint, 0444);
MODULE_PARM_DESC(pool_rx, "pbufs guaranteed for received frames, 4 to 1048576 (default 4096)");

static unsigned int pool_tx = 1024;
module_param(pool_tx, uint, 0444);
MODULE_PARM_DESC(pool_tx, "pbufs guaranteed for sending, 4 to 1048576 (default 1024)");

static unsigned int pool_shared = 256;
module_param(pool_shared, uint, 0444);
MODULE_PARM_DESC(pool_shared, "pbufs for whichever of the two runs out first, 0 to 1048576 (default 256)");

static unsigned int pool_reserve = 64;
module_param(pool_reserve, uint, 0444);
MODULE_PARM_DESC(pool_reserve, "pbufs that only control replies may take, 1 to 1048576 (default 64)");

static ulong pool_rx_bytes;
module_param(pool_rx_bytes, ulong, 0444);
MODULE_PARM_DESC(pool_rx_bytes, "most bytes of driver memory that queued frames may pin (default 0: 4096 for each of pool_rx, at least 1048576)");

static ulong pool_rx_pages;
module_param(pool_rx_pages, ulong, 0444);
MODULE_PARM_DESC(pool_rx_pages, "most pages of driver memory that queued frames may pin (default 0: 8 for each of pool_rx, at least 2048)");

static unsigned int buf_size = PAGE_SIZE;
module_param(buf_size, uint, 0444);
MODULE_PARM_DESC(buf_size, "bytes of storage of a sending pbuf: page size times a power of two, at most 65536 (default: page size)");

static int pool_stream = -1;
module_param(pool_stream, int, 0444);
MODULE_PARM_DESC(pool_stream, "large sending pbufs of streams, beside these, 0 to 1048576 (default -1: an eighth of pool_tx)");

static unsigned int stream_size = MAX(32768, PAGE_SIZE);
module_param(stream_size, uint, 0444);
MODULE_PARM_DESC(stream_size, "bytes of storage of a large one: as buf_size, and more than that (default 32768)");

static unsigned int copybreak = 256;
module_param(copybreak, uint, 0444);
MODULE_PARM_DESC(copybreak, "received frames up to so many bytes are copied instead of held, 0 to 2048 (default 256)");

enum params_phase {
	PHASE_LOADING,		/* values are kept until init is through */
	PHASE_RUNNING,		/* writes act at once */
	PHASE_STOPPED,
};

static enum params_phase phase;

/* While loading, the kernel names the parameter and its value itself. */
#define param_complain(fmt, ...) do {					\
	if (READ_ONCE(phase) != PHASE_LOADING)				\
		pr_err(fmt, ##__VA_ARGS__);				\
} while (0)

/* --- checking what belongs together --- */

/* The sentence of the latest refusal. */
static char params_why[128];

/* One queue may not be promised more than there is for all of them. */
static const char *queue_wrong(const char *name, u32 want, u32 room)
{
	if (want && want <= room)
		return NULL;
	snprintf(params_why, sizeof(params_why),
		 "%s=%u must be 1 to %u: what the pool has for queues", name,
		 want, room);
	return params_why;
}

/* Pbufs that receive queues, or one socket's senders, can have at most. */
static u32 room_rx(const struct ksmol_pool_config *cfg)
{
	return cfg->count[KSMOL_CLASS_RX] + cfg->count[KSMOL_CLASS_SHARED] -
	       ksmol_pool_rx_floor(cfg);
}

static u32 room_tx(const struct ksmol_pool_config *cfg)
{
	return cfg->count[KSMOL_CLASS_TX];
}

static const char *queues_wrong(const struct ksmol_params *p,
				const struct ksmol_pool_config *cfg)
{
	return queue_wrong("sock_rx", p->sock_rx, room_rx(cfg)) ?:
	       queue_wrong("sock_tx", p->sock_tx, room_tx(cfg));
}

static const char *params_wrong(const struct ksmol_params *p)
{
	if (p->protocol < 256 || p->protocol > 260)
		return "protocol must be 256 to 260";
	if (p->neigh_max < 4 || p->neigh_max > 65536)
		return "neigh_max must be 4 to 65536";
	if (!p->neigh_queue)
		return "neigh_queue must be at least 1";
	if (!p->neigh_queue_total)
		return "neigh_queue_total must be at least 1";
	if (p->igmp_max < 4 || p->igmp_max > 65536)
		return "igmp_max must be 4 to 65536";
	if (p->pmtu_max < 4 || p->pmtu_max > 65536)
		return "pmtu_max must be 4 to 65536";
	if (p->reass_max < 4 || p->reass_max > 1024)
		return "reass_max must be 4 to 1024";
	if (p->reass_pbufs > pool_rx / 2)
		return "reass_pbufs must be at most half of pool_rx";
	if (p->route_max < 4 || p->route_max > 4096)
		return "route_max must be 4 to 4096";
	if (!p->tcp_rx || p->tcp_rx > p->tcp_rx_max || p->tcp_rx_max > 1U << 30)
		return "tcp_rx must be 1 to tcp_rx_max, which is at most 1073741824";
	if (!p->tcp_tx || p->tcp_tx > p->tcp_tx_max || p->tcp_tx_max > 1U << 30)
		return "tcp_tx must be 1 to tcp_tx_max, which is at most 1073741824";
	if (p->tcp_conns < 16 || p->tcp_conns > (1U << 20))
		return "tcp_conns must be 16 to 1048576";
	if (p->tcp_records &&
	    (p->tcp_records < 64 || p->tcp_records > (1U << 22)))
		return "tcp_records must be 64 to 4194304";
	if (p->tcp_ecn > 2)
		return "tcp_ecn must be 0, 1 or 2";
	if (p->ipv6_temporary > 2)
		return "ipv6_temporary must be 0, 1 or 2";
	if (p->sock_hash < 16 || p->sock_hash > (1U << 20) ||
	    !is_power_of_2(p->sock_hash))
		return "sock_hash must be a power of two, 16 to 1048576";
	return NULL;
}

/* What owners may hold. A default is at most what the others leave. */
static void caps_fill(const struct ksmol_params *p,
		      struct ksmol_pool_config *cfg)
{
	u32 rx = cfg->count[KSMOL_CLASS_RX];
	u32 room = rx - ksmol_pool_rx_floor(cfg);
	u32 reass = p->reass_pbufs, ooo = p->tcp_ooo;

	if (!ooo)
		ooo = max(min(rx / 8 * 5, room - min(room, reass)), 1U);
	if (!reass)
		reass = max(min(rx / 4, room - min(room, ooo)), 1U);
	cfg->cap[KSMOL_CAP_OOO] = ooo;
	cfg->cap[KSMOL_CAP_REASS] = reass;
	cfg->cap[KSMOL_CAP_NEIGH] = p->neigh_queue_total;
}

/* All that can change while running, and belongs together. */
static const char *limits_wrong(const struct ksmol_params *p,
				struct ksmol_pool_config *cfg)
{
	const char *why = params_wrong(p) ?: queues_wrong(p, cfg);

	if (why)
		return why;
	caps_fill(p, cfg);
	ksmol_caps_check(cfg, &why);
	return why;
}

/* --- limits: a write is checked together with all others --- */

static void caps_set(const struct ksmol_pool_config *cfg)
{
	const char *why;
	int i;

	for (i = 0; i < KSMOL_NR_CAPS; i++)
		ksmol_pool_set_cap(&ksmol_pool, i, cfg->cap[i], &why);
}

/* @next: the values that would be in force */
static const char *limits_try(const struct ksmol_params *next)
{
	struct ksmol_pool_config cfg = ksmol_pool.cfg;
	const char *why = limits_wrong(next, &cfg);

	if (!why)
		caps_set(&cfg);
	return why;
}

static int limit_set(const char *val, const struct kernel_param *kp)
{
	size_t offset = kp->arg - (void *)&ksmol_params;
	struct ksmol_params next = ksmol_params;
	const char *why = "not a number";
	unsigned int n;

	if (!kstrtouint(val, 0, &n)) {
		*(unsigned int *)((void *)&next + offset) = n;
		why = READ_ONCE(phase) == PHASE_RUNNING ? limits_try(&next) :
							  NULL;
	}
	if (why) {
		param_complain("%s is not changed: %s\n", kp->name, why);
		return -EINVAL;
	}
	WRITE_ONCE(*(unsigned int *)kp->arg, n);
	return 0;
}

static const struct kernel_param_ops limit_ops = {
	.set = limit_set,
	.get = param_get_uint,
};

#define limit_param(name) \
	module_param_cb(name, &limit_ops, &ksmol_params.name, 0644)

/* --- plain values --- */

module_param_named(protocol, ksmol_params.protocol, uint, 0444);
MODULE_PARM_DESC(protocol, "socket protocol number; one more is for ping sockets (default 257)");
module_param_named(neigh_max, ksmol_params.neigh_max, uint, 0444);
MODULE_PARM_DESC(neigh_max, "neighbor entries, 4 to 65536 (default 256)");
limit_param(neigh_queue);
MODULE_PARM_DESC(neigh_queue, "packets that may wait for one neighbor's address (default 4)");
limit_param(neigh_queue_total);
MODULE_PARM_DESC(neigh_queue_total, "pbufs of packets that may wait for neighbors in all; at most half of pool_tx (default 64)");
module_param_named(igmp_max, ksmol_params.igmp_max, uint, 0444);
MODULE_PARM_DESC(igmp_max, "multicast groups that may be joined, each interface's counted, and one for each IPv6 address, 4 to 65536 (default 256)");
module_param_named(pmtu_max, ksmol_params.pmtu_max, uint, 0444);
MODULE_PARM_DESC(pmtu_max, "destinations whose path MTU is remembered, 4 to 65536 (default 256)");
module_param_named(reass_max, ksmol_params.reass_max, uint, 0444);
MODULE_PARM_DESC(reass_max, "datagrams that may be put together of fragments at a time, 4 to 1024 (default 64)");
module_param_named(reass_pbufs, ksmol_params.reass_pbufs, uint, 0444);
MODULE_PARM_DESC(reass_pbufs, "fragments that may wait for the others of their datagram, at most half of pool_rx (default 0: a quarter)");
module_param_named(route_max, ksmol_params.route_max, uint, 0444);
MODULE_PARM_DESC(route_max, "routes of a network namespace, 4 to 4096 (default 64)");
limit_param(sock_rx);
MODULE_PARM_DESC(sock_rx, "receive queue of a new socket in pbufs (default 256); SO_RCVBUF changes it, 1024 bytes a pbuf");
limit_param(sock_tx);
MODULE_PARM_DESC(sock_tx, "pbufs a new socket may have in flight (default 128); SO_SNDBUF changes it, 1024 bytes a pbuf");
module_param_named(sock_hash, ksmol_params.sock_hash, uint, 0444);
MODULE_PARM_DESC(sock_hash, "buckets of the socket tables, a power of two, 16 to 1048576 (default 16384)");
module_param_named(ring_memory, ksmol_params.ring_memory, uint, 0644);
MODULE_PARM_DESC(ring_memory, "KiB that the rings of all programs may take together (default 262144); 0: none may have any");
module_param_named(icmp_rate, ksmol_params.icmp_rate, uint, 0644);
MODULE_PARM_DESC(icmp_rate, "ICMP errors sent per second at most, and as many of ICMPv6 (default 100)");
module_param_named(arp_probe_ms, ksmol_params.arp_probe_ms, uint, 0644);
MODULE_PARM_DESC(arp_probe_ms, "base interval in ms for probing an address before its use, RFC 5227 and 4862 say 1000 (default); 0: use it at once");
module_param_named(ipv6_eui64, ksmol_params.ipv6_eui64, bool, 0644);
MODULE_PARM_DESC(ipv6_eui64, "form IPv6 addresses of the link-layer address, not of ipv6_secret (default N)");
limit_param(ipv6_temporary);
MODULE_PARM_DESC(ipv6_temporary, "temporary IPv6 addresses, RFC 8981: 0 none (default), 1 form them, 2 also prefer them");
module_param_named(nd_redirects, ksmol_params.nd_redirects, bool, 0644);
MODULE_PARM_DESC(nd_redirects, "follow redirects of IPv6 routers (default N)");
module_param_named(echo_broadcast, ksmol_params.echo_broadcast, bool, 0644);
MODULE_PARM_DESC(echo_broadcast, "answer pings to broadcast addresses, and to groups of IPv6 (default N)");

/* Two words of sixteen digits. */
static int secret_set(const char *val, const struct kernel_param *kp)
{
	siphash_key_t key;
	char word[17];
	int i, err = strcspn(val, "\n") == 32 ? 0 : -EINVAL;

	for (i = 0; i < 2 && !err; i++) {
		strscpy(word, val + 16 * i, sizeof(word));
		err = kstrtou64(word, 16, &key.key[i]);
	}
	if (err)
		param_complain("ipv6_secret: not 32 hexadecimal digits\n");
	else
		ksmol_params.ipv6_secret = key;
	return err;
}

static const struct kernel_param_ops secret_ops = {
	.set = secret_set,
};
module_param_cb(ipv6_secret, &secret_ops, NULL, 0);
MODULE_PARM_DESC(ipv6_secret, "32 hexadecimal digits that IPv6 addresses are formed with, so that they are the same after the next load (default: drawn at load)");

/* --- TCP --- */

limit_param(tcp_rx);
MODULE_PARM_DESC(tcp_rx, "bytes that a new stream's receive queue may hold at first (default 131072); SO_RCVBUF fixes it");
limit_param(tcp_rx_max);
MODULE_PARM_DESC(tcp_rx_max, "and up to how many it is tuned, as far as the pool has room (default 6291456)");
limit_param(tcp_tx);
MODULE_PARM_DESC(tcp_tx, "bytes that a new stream's send queue may hold at first (default 65536); SO_SNDBUF fixes it");
limit_param(tcp_tx_max);
MODULE_PARM_DESC(tcp_tx_max, "and up to how many it grows with congestion window and peer's window (default 4194304)");
limit_param(tcp_ooo);
MODULE_PARM_DESC(tcp_ooo, "pbufs that all streams together may hold out of order (default 0: five eighths of pool_rx)");
module_param_named(tcp_conns, ksmol_params.tcp_conns, uint, 0444);
MODULE_PARM_DESC(tcp_conns, "most half-open connections, connections in TIME-WAIT, and closed ones not yet finished, of each kind, 16 to 1048576 (default 4096)");
module_param_named(tcp_records, ksmol_params.tcp_records, uint, 0444);
MODULE_PARM_DESC(tcp_records, "records of sent segments for all connections, 64 to 4194304 (default 0: four for each of pool_tx and pool_shared, one for each KiB of pool_stream's, at least 1024)");
limit_param(tcp_ecn);
MODULE_PARM_DESC(tcp_ecn, "explicit congestion notification: 0 never, 1 ask and grant, 2 grant (default)");
module_param_named(tcp_cubic, ksmol_params.tcp_cubic, bool, 0644);
MODULE_PARM_DESC(tcp_cubic, "CUBIC is the default congestion control, else Reno (default Y)");
module_param_named(tcp_syncookies, ksmol_params.tcp_syncookies, bool, 0644);
MODULE_PARM_DESC(tcp_syncookies, "answer SYNs by cookie when a listener's queue is full (default Y)");

/* --- words --- */

static int policy_set(const char *val, const struct kernel_param *kp)
{
	int policy = sysfs_match_string(ksmol_policy_names, val);

	if (policy < 0) {
		param_complain("tx_policy: '%.*s' is not eager, lazy or reserve\n",
			       (int)strcspn(val, "\n"), val);
		return -EINVAL;
	}
	WRITE_ONCE(ksmol_params.tx_policy, policy);
	return 0;
}

static int policy_get(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%s\n", ksmol_policy_names[ksmol_params.tx_policy]);
}

static const struct kernel_param_ops policy_ops = {
	.set = policy_set,
	.get = policy_get,
};
module_param_cb(tx_policy, &policy_ops, NULL, 0644);
MODULE_PARM_DESC(tx_policy, "when a reply gets its buffer: eager, lazy or reserve (default)");

static const char * const mode_names[] = { "exclusive", "shared" };

static int mode_set(const char *val, const struct kernel_param *kp)
{
	int mode = sysfs_match_string(mode_names, val);

	if (mode < 0) {
		param_complain("mode: '%.*s' is not exclusive or shared\n",
			       (int)strcspn(val, "\n"), val);
		return -EINVAL;
	}
	WRITE_ONCE(ksmol_params.shared, mode == 1);
	return 0;
}

static int mode_get(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%s\n", mode_names[ksmol_params.shared]);
}

static const struct kernel_param_ops mode_ops = {
	.set = mode_set,
	.get = mode_get,
};
module_param_cb(mode, &mode_ops, NULL, 0644);
MODULE_PARM_DESC(mode, "for attach= without the word: exclusive (default; all frames are ours) or shared (the rest stays with Linux)");

/* --- attach and detach --- */

#define ATTACH_MAX 16

static DEFINE_MUTEX(attach_lock);	/* outside RTNL */
static char *attach_pending[ATTACH_MAX];
static unsigned int attach_count;

static int attach_keep(const char *spec)
{
	if (attach_count == ATTACH_MAX) {
		pr_err("attach: at most %u interfaces at load, write the others to the parameter file\n",
		       ATTACH_MAX);
		return -ENOSPC;
	}
	attach_pending[attach_count] = kstrdup(spec, GFP_KERNEL);
	if (!attach_pending[attach_count])
		return -ENOMEM;
	attach_count++;
	return 0;
}

/* Runs @act on a copy of @val without its newline, in the writer's netns. */
static int act_on_word(const char *val, int (*act)(struct net *, const char *))
{
	char *copy = kstrdup(val, GFP_KERNEL);
	int err;

	if (!copy)
		return -ENOMEM;
	mutex_lock(&attach_lock);
	if (phase == PHASE_STOPPED)
		err = -ESHUTDOWN;
	else if (phase == PHASE_LOADING && act == ksmol_attach)
		err = attach_keep(strim(copy));
	else if (phase == PHASE_LOADING)
		err = -ENODEV;
	else
		err = act(current->nsproxy->net_ns, strim(copy));
	mutex_unlock(&attach_lock);
	kfree(copy);
	return err;
}

static int attach_set(const char *val, const struct kernel_param *kp)
{
	return act_on_word(val, ksmol_attach);
}

static int detach_set(const char *val, const struct kernel_param *kp)
{
	return act_on_word(val, ksmol_detach);
}

static void attach_forget(void)
{
	while (attach_count)
		kfree(attach_pending[--attach_count]);
}

static void attach_free(void *arg)
{
	attach_forget();
}

static const struct kernel_param_ops attach_ops = {
	.set = attach_set,
	.free = attach_free,
};
module_param_cb(attach, &attach_ops, &ksmol_params, 0200);
#define ATTACH_SPEC \
	"DEV[,ADDR/PLEN]...[,dhcp][,via=GATEWAY]" \
	"[,route=PREFIX/PLEN@GATEWAY]...[,slaac][,shared|exclusive]"
MODULE_PARM_DESC(attach, ATTACH_SPEC ": take an interface; may be given once for each");

static const struct kernel_param_ops detach_ops = {
	.set = detach_set,
};
module_param_cb(detach, &detach_ops, NULL, 0200);
MODULE_PARM_DESC(detach, "DEV: give an interface back");

/* --- loading --- */

/* Defaults give way to a small pool; what was asked for does not. */
static void defaults_yield(struct ksmol_params *p,
			   const struct ksmol_pool_config *cfg)
{
	if (p->neigh_queue_total == 64)
		p->neigh_queue_total = min(64U, pool_tx / 2);
	if (p->sock_rx == 256)
		p->sock_rx = min(256U, room_rx(cfg));
	if (p->sock_tx == 128)
		p->sock_tx = min(128U, room_tx(cfg));
}

/* By default none where they would not be larger than the others. */
static u32 streams_wanted(void)
{
	if (pool_stream != -1)
		return pool_stream;
	return buf_size < stream_size ? pool_tx / 8 : 0;
}

int ksmol_params_check(struct ksmol_pool_config *cfg)
{
	const char *why;

	*cfg = (struct ksmol_pool_config){
		.count[KSMOL_CLASS_RX] = pool_rx,
		.count[KSMOL_CLASS_TX] = pool_tx,
		.count[KSMOL_CLASS_SHARED] = pool_shared,
		.count[KSMOL_CLASS_RESERVE] = pool_reserve,
		.count[KSMOL_CLASS_STREAM] = streams_wanted(),
		.buf_size = buf_size,
		.stream_size = stream_size,
		.copybreak = copybreak,
		.rx_bytes = pool_rx_bytes ?:
			max_t(u64, (u64)pool_rx * 4096, 1 << 20),
		.rx_pages = pool_rx_pages ?: max_t(u64, (u64)pool_rx * 8, 2048),
	};
	why = params_wrong(&ksmol_params);
	if (!why)
		ksmol_pool_check(cfg, &why);
	if (!why) {
		defaults_yield(&ksmol_params, cfg);
		why = limits_wrong(&ksmol_params, cfg);
	}
	if (!why)
		return 0;
	pr_err("not loaded: %s\n", why);
	return -EINVAL;
}

int ksmol_params_start(void)
{
	unsigned int i;
	int err = 0;

	mutex_lock(&attach_lock);
	for (i = 0; i < attach_count && !err; i++)
		err = ksmol_attach(current->nsproxy->net_ns, attach_pending[i]);
	attach_forget();
	phase = err ? PHASE_STOPPED : PHASE_RUNNING;
	mutex_unlock(&attach_lock);
	if (err)
		ksmol_detach_all();
	return err;
}

void ksmol_params_stop(void)
{
	mutex_lock(&attach_lock);
	phase = PHASE_STOPPED;
	mutex_unlock(&attach_lock);
	ksmol_detach_all();
}
