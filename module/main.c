// SPDX-License-Identifier: GPL-2.0-only
/* ksmol: the rooms, from the ground up. */

#define pr_fmt(fmt) "ksmol: " fmt

#include <linux/module.h>
#include <ksmol/iface.h>
#include <ksmol/params.h>
#include <ksmol/phy.h>
#include <ksmol/pool.h>
#include <ksmol/socket.h>
#include <ksmol/stats.h>
#include <ksmol/umem.h>

static void announce(const struct ksmol_pool_config *cfg)
{
	const u32 *count = cfg->count;

	pr_info("loaded: pool of %u rx, %u tx, %u shared, %u reserve, %u stream pbufs takes %llu KiB\n",
		count[KSMOL_CLASS_RX], count[KSMOL_CLASS_TX],
		count[KSMOL_CLASS_SHARED], count[KSMOL_CLASS_RESERVE],
		count[KSMOL_CLASS_STREAM],
		ksmol_pool.memory >> 10);
}

static int __init ksmol_init(void)
{
	struct ksmol_pool_config cfg;
	int err;

	err = ksmol_params_check(&cfg);
	if (err)
		return err;
	err = ksmol_stats_init();
	if (err)
		return err;
	err = ksmol_pool_flush_init();
	if (err)
		goto err_stats;
	err = ksmol_umem_init();
	if (err)
		goto err_flush;
	err = ksmol_pool_init(&ksmol_pool, &cfg);
	if (err)
		goto err_umem;
	ksmol_pool_debugfs(&ksmol_pool);
	ksmol_fault_init();
	err = ksmol_phy_init();
	if (err)
		goto err_pool;
	err = ksmol_iface_init();
	if (err)
		goto err_phy;
	err = ksmol_socket_init();
	if (err)
		goto err_iface;
	announce(&cfg);
	err = ksmol_params_start();
	if (err)
		goto err_socket;
	return 0;

err_socket:
	ksmol_socket_exit();
err_iface:
	ksmol_iface_exit();
err_phy:
	ksmol_phy_exit();
err_pool:
	ksmol_fault_exit();
	ksmol_pool_destroy(&ksmol_pool);
err_umem:
	ksmol_umem_exit();
err_flush:
	ksmol_pool_flush_exit();
err_stats:
	ksmol_stats_exit();
	return err;
}

static void __exit ksmol_exit(void)
{
	ksmol_params_stop();
	ksmol_socket_exit();
	ksmol_iface_exit();
	ksmol_phy_exit();
	ksmol_fault_exit();
	ksmol_pool_destroy(&ksmol_pool);
	ksmol_umem_exit();
	ksmol_pool_flush_exit();
	ksmol_stats_exit();
}

module_init(ksmol_init);
module_exit(ksmol_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The ksmol authors");
MODULE_DESCRIPTION("TCP/IP stack on a fixed packet pool");
MODULE_VERSION(KSMOL_VERSION);
