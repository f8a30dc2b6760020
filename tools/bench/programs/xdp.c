// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_XDP in copy mode, with a program of five instructions: every frame of
 * queue 0 goes to the socket.
 */

#include <err.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bench.h"

struct queue {
	uint32_t *producer;
	uint32_t *consumer;
	void *entries;
};

static int fd;
static uint8_t *area;
static struct queue fill, rx;

static int bpf(int cmd, union bpf_attr *attr)
{
	int ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	if (ret < 0)
		err(1, "BPF command %d", cmd);
	return ret;
}

static int map_create(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_XSKMAP,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
	};

	return bpf(BPF_MAP_CREATE, &attr);
}

static void map_set(int map)
{
	uint32_t key = 0, value = fd;
	union bpf_attr attr = {
		.map_fd = map,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)&value,
	};

	bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

/* return bpf_redirect_map(map, 0, XDP_PASS) */
static int program_load(int map)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3,
		  .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insns = (uintptr_t)insns,
		.insn_cnt = sizeof(insns) / sizeof(insns[0]),
		.license = (uintptr_t)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

/* The link, and with it the program, goes with this process. */
static void program_attach(int program, const char *dev, uint32_t mode)
{
	union bpf_attr attr = {
		.link_create.prog_fd = program,
		.link_create.target_ifindex = if_nametoindex(dev),
		.link_create.attach_type = BPF_XDP,
		.link_create.flags = mode,
	};

	bpf(BPF_LINK_CREATE, &attr);
}

static void option(int name, const void *value, socklen_t len)
{
	if (setsockopt(fd, SOL_XDP, name, value, len))
		err(1, "AF_XDP: setting %d", name);
}

static void queue_map(struct queue *q, const struct xdp_ring_offset *at,
		      size_t entry, off_t where)
{
	uint8_t *map = mmap(NULL, at->desc + RING_ENTRIES * entry,
			    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			    fd, where);

	if (map == MAP_FAILED)
		err(1, "AF_XDP ring");
	q->producer = (void *)(map + at->producer);
	q->consumer = (void *)(map + at->consumer);
	q->entries = map + at->desc;
}

static void umem(void)
{
	struct xdp_umem_reg reg = {
		.len = (uint64_t)RING_ENTRIES * RING_CHUNK,
		.chunk_size = RING_CHUNK,
	};
	uint32_t entries = RING_ENTRIES, one = 1;
	struct xdp_mmap_offsets at;
	socklen_t len = sizeof(at);

	area = mmap(NULL, reg.len, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (area == MAP_FAILED)
		err(1, "memory");
	reg.addr = (uintptr_t)area;
	option(XDP_UMEM_REG, &reg, sizeof(reg));
	option(XDP_UMEM_FILL_RING, &entries, sizeof(entries));
	option(XDP_UMEM_COMPLETION_RING, &one, sizeof(one));
	option(XDP_RX_RING, &entries, sizeof(entries));
	if (getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &at, &len))
		err(1, "AF_XDP offsets");
	queue_map(&fill, &at.fr, sizeof(uint64_t), XDP_UMEM_PGOFF_FILL_RING);
	queue_map(&rx, &at.rx, sizeof(struct xdp_desc), XDP_PGOFF_RX_RING);
}

/* The kernel may still be busy with the socket of the program before us. */
static void bind_to(const struct sockaddr_xdp *sxdp, const char *dev)
{
	int tries = 100;

	while (bind(fd, (const void *)sxdp, sizeof(*sxdp))) {
		if (errno != EBUSY || !tries--)
			err(1, "AF_XDP on %s", dev);
		usleep(10000);
	}
}

static void xdp_open(const struct job *job, uint32_t mode)
{
	struct sockaddr_xdp sxdp = {
		.sxdp_family = AF_XDP,
		.sxdp_ifindex = if_nametoindex(job->dev),
		.sxdp_flags = XDP_COPY,
	};
	uint64_t *chunk;
	uint32_t i;
	int map;

	fd = socket(AF_XDP, SOCK_RAW, 0);
	if (fd < 0)
		err(1, "AF_XDP");
	umem();
	chunk = fill.entries;
	for (i = 0; i < RING_ENTRIES; i++)
		chunk[i] = (uint64_t)i * RING_CHUNK;
	__atomic_store_n(fill.producer, RING_ENTRIES, __ATOMIC_RELEASE);
	bind_to(&sxdp, job->dev);
	map = map_create();
	map_set(map);
	program_attach(program_load(map), job->dev, mode);
}

/* By the driver, before there is an skb, or by the stack. */
static void driver_open(const struct job *job)
{
	xdp_open(job, XDP_FLAGS_DRV_MODE);
}

static void skb_open(const struct job *job)
{
	xdp_open(job, XDP_FLAGS_SKB_MODE);
}

static uint32_t xdp_run(const struct job *job)
{
	const struct xdp_desc *descs = rx.entries;
	uint64_t *chunks = fill.entries;
	uint32_t i, found = 0, from = *rx.consumer, to = *fill.producer;
	uint32_t n = __atomic_load_n(rx.producer, __ATOMIC_ACQUIRE) - from;

	if (n > BATCH)
		n = BATCH;
	for (i = 0; i < n; i++) {
		const struct xdp_desc *d = &descs[(from + i) %
						  RING_ENTRIES];

		found += look_frame(job, area + d->addr, d->len);
		chunks[to++ % RING_ENTRIES] = d->addr;
	}
	__atomic_store_n(rx.consumer, from + n, __ATOMIC_RELEASE);
	__atomic_store_n(fill.producer, to, __ATOMIC_RELEASE);
	return found;
}

const struct way receive_xdp = {
	.name = "af_xdp", .open = driver_open, .run = xdp_run,
};

const struct way receive_xdp_skb = {
	.name = "af_xdp-skb", .open = skb_open, .run = xdp_run,
};
