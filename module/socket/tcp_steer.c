// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which CPU sends an ACK into a device whose peer is on this machine (see
 * phy/steer.c): whoever does receives it for the peer as well, and sends what
 * it lets out. That may be here, or where the peer's program has been seen
 * sending: whichever of the two has been idle for longer of late.
 */

#include <linux/tick.h>
#include "tcp_sock.h"

void ksmol_tcp_steer_init(struct ksmol_tcp_steer *steer)
{
	*steer = (struct ksmol_tcp_steer){ .peer_cpu = -1, .own_cpu = -1 };
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_steer_init);

/*
 * What comes in on our program's CPU was let out by our own ACKs, mostly, and
 * says nothing. Nor does what follows the first, while that CPU isn't known.
 */
void ksmol_tcp_steer_input(struct ksmol_tcp_steer *steer, int cpu)
{
	int own = READ_ONCE(steer->own_cpu);

	if (cpu == steer->peer_cpu)
		return;
	if (steer->peer_cpu < 0 || (own >= 0 && cpu != own))
		WRITE_ONCE(steer->peer_cpu, cpu);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_steer_input);

void ksmol_tcp_steer_judge(struct ksmol_tcp_steer *steer, u64 peer_idle,
			   u64 own_idle)
{
	/* Without tickless idle nobody knows. */
	if (peer_idle == U64_MAX || own_idle == U64_MAX)
		steer->on = false;
	else
		steer->on = peer_idle - steer->peer_idle >
			    own_idle - steer->own_idle;
	steer->peer_idle = peer_idle;
	steer->own_idle = own_idle;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_tcp_steer_judge);

int ksmol_tcp_steer(struct ksmol_tcp_steer *steer)
{
	int cpu = smp_processor_id(), peer = READ_ONCE(steer->peer_cpu);
	unsigned long tick = jiffies;

	if (peer < 0 || cpu == peer)
		return -1;
	if (steer->at != tick) {
		steer->at = tick;
		ksmol_tcp_steer_judge(steer,
				      get_cpu_idle_time_us(peer, NULL),
				      get_cpu_idle_time_us(cpu, NULL));
	}
	return steer->on ? peer : -1;
}
