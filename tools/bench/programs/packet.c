// SPDX-License-Identifier: GPL-2.0-only
/* A packet socket's ring of blocks (TPACKET_V3). */

#include <arpa/inet.h>
#include <err.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include "bench.h"

#define BLOCK	65536
#define BLOCKS	(RING_ENTRIES * RING_CHUNK / BLOCK)

static int fd;
static uint8_t *blocks;
static uint32_t current;

static void packet_open(const struct job *job)
{
	struct tpacket_req3 req = {
		.tp_block_size = BLOCK,
		.tp_block_nr = BLOCKS,
		.tp_frame_size = RING_CHUNK,
		.tp_frame_nr = BLOCKS * (BLOCK / RING_CHUNK),
		/* A block that is not full is given to us after so many ms. */
		.tp_retire_blk_tov = 1,
	};
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		/* Of all kinds: those are seen before tc drops them. */
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(job->dev),
	};
	int version = TPACKET_V3;

	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)))
		err(1, "packet ring");
	blocks = mmap(NULL, (size_t)BLOCK * BLOCKS, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_POPULATE, fd, 0);
	if (blocks == MAP_FAILED || bind(fd, (const void *)&ll, sizeof(ll)))
		err(1, "packet ring on %s", job->dev);
}

static uint32_t packet_run(const struct job *job)
{
	struct tpacket_block_desc *block = (void *)(blocks +
						    (size_t)current * BLOCK);
	const struct tpacket3_hdr *frame;
	uint32_t i, n, found = 0;

	if (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) &
	      TP_STATUS_USER))
		return 0;
	n = block->hdr.bh1.num_pkts;
	frame = (const void *)((uint8_t *)block +
			       block->hdr.bh1.offset_to_first_pkt);
	for (i = 0; i < n; i++) {
		found += look_frame(job, (const uint8_t *)frame + frame->tp_mac,
				    frame->tp_snaplen);
		frame = (const void *)((const uint8_t *)frame +
				       frame->tp_next_offset);
	}
	__atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL,
			 __ATOMIC_RELEASE);
	current = (current + 1) % BLOCKS;
	return found;
}

const struct way receive_packet = {
	.name = "tpacket", .open = packet_open, .run = packet_run,
};
