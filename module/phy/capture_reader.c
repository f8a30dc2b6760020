// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers of captured frames: the file, its ring, and its life. A reader ends
 * by itself with its interface, and its file stays readable until it was read
 * to the end; what it takes of memory it takes when it is opened.
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <ksmol/compat.h>
#include <ksmol/pcapng.h>
#include "capture.h"
#include "capture_reader.h"
#include "phy.h"

struct static_key_false ksmol_capture_key = STATIC_KEY_FALSE_INIT;
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_key);

/* The lists' writers, and phy of readers. Inside RTNL. */
static DEFINE_MUTEX(capture_lock);
static unsigned int capture_readers;

/* Room for what is told of losses, which the end needs, too. */
#define STATS_ROOM	160

/* --- writing --- */

void ksmol_capture_census(char *text, size_t len)
{
	const u32 *count = ksmol_pool.cfg.count;

	snprintf(text, len,
		 "pool free: rx %u/%u tx %u/%u shared %u/%u reserve %u/%u stream %u/%u",
		 ksmol_pool_free(&ksmol_pool, KSMOL_CLASS_RX),
		 count[KSMOL_CLASS_RX],
		 ksmol_pool_free(&ksmol_pool, KSMOL_CLASS_TX),
		 count[KSMOL_CLASS_TX],
		 ksmol_pool_free(&ksmol_pool, KSMOL_CLASS_SHARED),
		 count[KSMOL_CLASS_SHARED],
		 ksmol_pool_free(&ksmol_pool, KSMOL_CLASS_RESERVE),
		 count[KSMOL_CLASS_RESERVE],
		 ksmol_pool_free(&ksmol_pool, KSMOL_CLASS_STREAM),
		 count[KSMOL_CLASS_STREAM]);
}

/* Statistics, which tell of losses; @spare as in the ring. Lost lock held. */
static bool stats_write(struct ksmol_capture *cap, u64 now, u32 spare)
{
	struct ksmol_capture_record *record;
	u64 frames = ksmol_capture_count(cap);
	char text[64];

	record = ksmol_capture_ring_reserve(&cap->ring, STATS_ROOM, spare);
	if (!record)
		return false;
	snprintf(text, sizeof(text), "%llu frames lost: read faster",
		 cap->lost - cap->told);
	ksmol_capture_ring_commit(record,
				  ksmol_pcapng_stats(record->bytes, STATS_ROOM,
						     now, frames, cap->lost,
						     cap->lost == cap->told ?
						     "no frames lost" : text));
	cap->told = cap->lost;
	return true;
}

/* What must stay free for the last words: they and a ring's lost end. */
#define SPARE (2 * (STATS_ROOM + 64))

struct ksmol_capture_record *ksmol_capture_reserve(struct ksmol_capture *cap,
						   u32 len, u64 now)
{
	struct ksmol_capture_record *record = NULL;

	atomic64_inc(&cap->frames);
	spin_lock(&cap->lost_lock);
	if (likely(cap->lost == cap->told) ||
	    stats_write(cap, now, SPARE + len))
		record = ksmol_capture_ring_reserve(&cap->ring, len, SPARE);
	if (!record)
		cap->lost++;
	spin_unlock(&cap->lost_lock);
	return record;
}

void ksmol_capture_commit(struct ksmol_capture *cap,
			  struct ksmol_capture_record *record, u32 len)
{
	ksmol_capture_ring_commit(record, len);
	if (wq_has_sleeper(&cap->wait))
		wake_up_interruptible_poll(&cap->wait, EPOLLIN | EPOLLRDNORM);
}

/* --- reading --- */

/* To be looked at before the ring: nothing is reserved after it. */
static bool has_ended(struct ksmol_capture *cap)
{
	return smp_load_acquire(&cap->ended);	/* pairs with finish's */
}

bool ksmol_capture_readable(struct ksmol_capture *cap)
{
	bool ended = has_ended(cap);

	return ksmol_capture_ring_ready(&cap->ring) ||
	       (ended && ksmol_capture_ring_drained(&cap->ring));
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_readable);

static ssize_t read_locked(struct ksmol_capture *cap, struct iov_iter *to,
			   bool nonblock)
{
	bool ended;
	ssize_t n;
	int err;

	while (iov_iter_count(to)) {
		ended = has_ended(cap);
		n = ksmol_capture_ring_read(&cap->ring, to);
		if (n || (ended && ksmol_capture_ring_drained(&cap->ring)))
			return n;
		if (nonblock)
			return -EAGAIN;
		err = wait_event_interruptible(cap->wait,
					       ksmol_capture_readable(cap));
		if (err)
			return err;
	}
	return 0;
}

ssize_t ksmol_capture_read(struct ksmol_capture *cap, struct iov_iter *to,
			   bool nonblock)
{
	ssize_t n;

	if (nonblock && !mutex_trylock(&cap->reading))
		return -EAGAIN;
	if (!nonblock && mutex_lock_interruptible(&cap->reading))
		return -ERESTARTSYS;
	n = read_locked(cap, to, nonblock);
	mutex_unlock(&cap->reading);
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_read);

/* --- life --- */

/* How the stream begins: what it is, and of which interface. */
static void write_head(struct ksmol_capture *cap, const struct ksmol_phy *phy)
{
	u16 link = phy->medium == KSMOL_MEDIUM_IP ? KSMOL_PCAPNG_RAW_IP :
						    KSMOL_PCAPNG_ETHERNET;
	struct ksmol_capture_record *record;
	char census[KSMOL_CAPTURE_CENSUS];
	const u32 room = 512;
	u32 n;

	ksmol_capture_census(census, sizeof(census));
	local_bh_disable();
	/* The ring is empty. */
	record = ksmol_capture_ring_reserve(&cap->ring, room, 0);
	n = ksmol_pcapng_section(record->bytes, room, "ksmol " KSMOL_VERSION,
				 census);
	n += ksmol_pcapng_interface(record->bytes + n, room - n, link,
				    KSMOL_CAPTURE_SNAP, phy->name);
	ksmol_capture_ring_commit(record, n);
	local_bh_enable();
}

static struct ksmol_capture *capture_new(const struct ksmol_phy *phy)
{
	struct ksmol_capture *cap = kzalloc_obj(*cap);

	if (!cap)
		return NULL;
	if (ksmol_capture_ring_init(&cap->ring, KSMOL_CAPTURE_RING)) {
		kfree(cap);
		return NULL;
	}
	init_waitqueue_head(&cap->wait);
	mutex_init(&cap->reading);
	spin_lock_init(&cap->lost_lock);
	write_head(cap, phy);
	return cap;
}

static void capture_free(struct ksmol_capture *cap)
{
	ksmol_capture_ring_free(&cap->ring);
	kfree(cap);
}

static unsigned int readers_of(const struct ksmol_phy *phy)
{
	struct ksmol_capture *cap;
	unsigned int n = 0;

	hlist_for_each_entry(cap, &phy->captures, node)
		n++;
	return n;
}

static int capture_start(struct ksmol_capture *cap, struct ksmol_phy *phy)
{
	int err = 0;

	mutex_lock(&capture_lock);
	if (READ_ONCE(phy->dead)) {
		err = -ENODEV;
	} else if (capture_readers >= KSMOL_CAPTURE_MAX ||
		   readers_of(phy) >= KSMOL_CAPTURE_PER_PHY) {
		err = -EBUSY;
	} else {
		cap->phy = phy;
		capture_readers++;
		hlist_add_head_rcu(&cap->node, &phy->captures);
	}
	mutex_unlock(&capture_lock);
	return err;
}

struct ksmol_capture *ksmol_capture_open(struct ksmol_phy *phy)
{
	struct ksmol_capture *cap = capture_new(phy);
	int err;

	if (!cap)
		return ERR_PTR(-ENOMEM);
	err = capture_start(cap, phy);
	if (err) {
		capture_free(cap);
		return ERR_PTR(err);
	}
	static_branch_inc(&ksmol_capture_key);
	return cap;
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_open);

/* No frame comes any more. Lock held. */
static void capture_unlink(struct ksmol_capture *cap)
{
	if (!cap->phy)
		return;
	cap->phy = NULL;
	hlist_del_init_rcu(&cap->node);
}

void ksmol_capture_close(struct ksmol_capture *cap)
{
	static_branch_dec(&ksmol_capture_key);
	mutex_lock(&capture_lock);
	capture_unlink(cap);
	capture_readers--;
	mutex_unlock(&capture_lock);
	/* Frames under way may still have a place in the ring. */
	synchronize_net();
	capture_free(cap);
}
EXPORT_SYMBOL_IF_KUNIT(ksmol_capture_close);

/* The last words: what was lost in all. */
static void capture_finish(struct ksmol_capture *cap)
{
	spin_lock_bh(&cap->lost_lock);
	stats_write(cap, ktime_get_real_ns(), 0);
	spin_unlock_bh(&cap->lost_lock);
	smp_store_release(&cap->ended, true);	/* after the last record */
	wake_up_interruptible_poll(&cap->wait,
				   EPOLLIN | EPOLLRDNORM | EPOLLHUP);
}

void ksmol_capture_stop(struct ksmol_phy *phy)
{
	struct ksmol_capture *cap;
	struct hlist_node *next;

	mutex_lock(&capture_lock);
	hlist_for_each_entry_safe(cap, next, &phy->captures, node) {
		capture_unlink(cap);
		capture_finish(cap);
	}
	mutex_unlock(&capture_lock);
}

/* --- the file --- */

static int capture_open(struct inode *inode, struct file *file)
{
	struct ksmol_capture *cap = ksmol_capture_open(inode->i_private);

	if (IS_ERR(cap))
		return PTR_ERR(cap);
	file->private_data = cap;
	return stream_open(inode, file);
}

static int capture_release(struct inode *inode, struct file *file)
{
	ksmol_capture_close(file->private_data);
	return 0;
}

static ssize_t capture_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	bool nonblock = iocb->ki_flags & IOCB_NOWAIT ||
			iocb->ki_filp->f_flags & O_NONBLOCK;

	return ksmol_capture_read(iocb->ki_filp->private_data, to, nonblock);
}

static __poll_t capture_poll(struct file *file, poll_table *wait)
{
	struct ksmol_capture *cap = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &cap->wait, wait);
	if (ksmol_capture_readable(cap))
		events |= EPOLLIN | EPOLLRDNORM;
	if (has_ended(cap))
		events |= EPOLLHUP;
	return events;
}

static const struct file_operations capture_fops = {
	.owner = THIS_MODULE,
	.open = capture_open,
	.read_iter = capture_read_iter,
	.poll = capture_poll,
	.release = capture_release,
};

/*
 * debugfs guards a file's operations against its removal by waiting for those
 * under way, and by errors afterwards. A stream that is read shall end instead:
 * "unsafe" leaves that to us. Opening is guarded all the same.
 */
void ksmol_phy_capture_file(struct ksmol_phy *phy, struct dentry *dir)
{
	if (!IS_ERR_OR_NULL(dir))
		debugfs_create_file_unsafe("capture", 0400, dir, phy,
					   &capture_fops);
}
