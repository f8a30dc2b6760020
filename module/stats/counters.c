// SPDX-License-Identifier: GPL-2.0-only
/* The counters, one set per CPU, and the names under which they are known. */

#include <linux/cache.h>
#include <linux/cpumask.h>
#include <ksmol/compat.h>
#include <ksmol/stats.h>
#include <trace/events/ksmol.h>

DEFINE_PER_CPU_ALIGNED(struct ksmol_stats, ksmol_stats);

/* ksmol_stats_sum() steps through the struct by offset. */
static_assert(sizeof(struct ksmol_stats) % sizeof(u64) == 0);

#define KSMOL_NAME(id, key, text) \
	[KSMOL_##id] = key,
#define KSMOL_DROP_NAME(id, key, text) \
	[KSMOL_DROP_##id] = key,
#define KSMOL_TX_DROP_NAME(id, key, text) \
	[KSMOL_TX_DROP_##id] = key,
#define KSMOL_COPY_NAME(id, key, text) \
	[KSMOL_COPY_##id] = key,
#define KSMOL_TCP_NAME(id, key, text) \
	[KSMOL_TCP_##id] = key,
#define KSMOL_TOKEN_NAME(id, key, text) \
	[KSMOL_TOKEN_##id] = key,

const char * const ksmol_verdict_names[KSMOL_NR_VERDICTS] = {
	KSMOL_VERDICTS(KSMOL_NAME)
	KSMOL_RX_DROPS(KSMOL_DROP_NAME)
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_verdict_names);

const char * const ksmol_tx_drop_names[KSMOL_NR_TX_DROPS] = {
	KSMOL_TX_DROPS(KSMOL_TX_DROP_NAME)
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_tx_drop_names);

const char * const ksmol_copy_names[KSMOL_NR_COPIES] = {
	KSMOL_COPIES(KSMOL_COPY_NAME)
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_copy_names);

const bool ksmol_copy_sent[KSMOL_NR_COPIES] = {
	[KSMOL_COPY_USER_IN] = true,
	[KSMOL_COPY_KERNEL_IN] = true,
	[KSMOL_COPY_COPYBREAK_TX] = true,
	[KSMOL_COPY_NO_SG] = true,
	[KSMOL_COPY_BOUND] = true,
	[KSMOL_COPY_RESERVE] = true,
	[KSMOL_COPY_TAP] = true,
	[KSMOL_COPY_RING_TX] = true,
	[KSMOL_COPY_UNRESOLVED] = true,
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_copy_sent);

const char * const ksmol_tcp_counter_names[KSMOL_NR_TCP_COUNTERS] = {
	KSMOL_TCP_COUNTERS(KSMOL_TCP_NAME)
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_counter_names);

const char * const ksmol_token_end_names[KSMOL_NR_TOKEN_ENDS] = {
	KSMOL_TOKEN_ENDS(KSMOL_TOKEN_NAME)
};
EXPORT_SYMBOL_IF_KUNIT(ksmol_token_end_names);

/**
 * ksmol_tx_dropped() - count and trace a frame that could not be sent
 * @reason: why
 * @ifindex: the interface it would have left by, 0 when none was found
 *
 * Context: any.
 */
void ksmol_tx_dropped(enum ksmol_tx_drop reason, int ifindex)
{
	ksmol_stat_inc(tx_drop[reason]);
	trace_ksmol_tx_drop(reason, ifindex);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tx_dropped);

/**
 * ksmol_stats_sum() - add up one counter over all CPUs
 * @offset: of the counter in struct ksmol_stats, in bytes
 *
 * Offline CPUs are included: what they counted stays counted. The sum is
 * exact when the counter rests. On 32-bit machines a counter that passes
 * 2^32 at this very moment may be read torn; nothing is ever written back.
 *
 * Context: any. Return: the sum.
 */
u64 ksmol_stats_sum(size_t offset)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		void *stats = per_cpu_ptr(&ksmol_stats, cpu);

		sum += READ_ONCE(*(u64 *)(stats + offset));
	}
	return sum;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_stats_sum);
