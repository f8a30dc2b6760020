// SPDX-License-Identifier: GPL-2.0-only
/* debugfs ksmol/ifaces/<dev>/dhcp */
#include <linux/ctype.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <ksmol/compat.h>
#include "dhcp.h"

static const char * const dhcp_state_names[KSMOL_NR_DHCP_STATES] = {
#define KSMOL_ENUM(id, key) \
	[KSMOL_DHCP_##id] = key,
	KSMOL_DHCP_STATES(KSMOL_ENUM)
#undef KSMOL_ENUM
};

/* Longest option that is shown whole. */
#define SHOW_MAX 1024

/**
 * struct dhcp_shown - a moment of the client
 * @fsm: its state
 * @ack_len: length of @ack
 * @ack: what the server said last
 * @value: room for one option
 */
struct dhcp_shown {
	struct ksmol_dhcp_fsm fsm;
	u32 ack_len;
	u8 ack[KSMOL_DHCP_LEN_MAX];
	u8 value[SHOW_MAX];
};

static u32 shown_option(struct dhcp_shown *shown, u8 code)
{
	int len = ksmol_dhcp_option(shown->ack, shown->ack_len, code,
				    shown->value, SHOW_MAX);

	return clamp(len, 0, SHOW_MAX);
}

static void show_seconds(struct seq_file *m, const char *key, u64 when)
{
	u64 now = ksmol_dhcp_now();

	if (when == KSMOL_DHCP_NEVER)
		seq_printf(m, "%s: never\n", key);
	else
		seq_printf(m, "%s: %llu\n", key,
			   div_u64(when > now ? when - now : 0, 1000));
}

static void show_addrs(struct seq_file *m, struct dhcp_shown *shown,
		       const char *key, u8 code)
{
	u32 i, len = shown_option(shown, code);

	seq_printf(m, "%s:", key);
	for (i = 0; i + 4 <= len; i += 4)
		seq_printf(m, " %pI4", shown->value + i);
	seq_putc(m, '\n');
}

/* A stranger's text: what is no letter, digit, dot or hyphen is not shown. */
static void show_domain(struct seq_file *m, struct dhcp_shown *shown)
{
	u32 i, len = shown_option(shown, KSMOL_DHCP_OPT_DOMAIN);

	seq_puts(m, "domain: ");
	for (i = 0; i < len; i++) {
		u8 c = shown->value[i];

		if ((isascii(c) && isalnum(c)) || c == '.' || c == '-')
			seq_putc(m, c);
	}
	seq_putc(m, '\n');
}

static void show_lease(struct seq_file *m, struct dhcp_shown *shown)
{
	const struct ksmol_dhcp_lease *lease = &shown->fsm.lease;

	seq_printf(m, "server: %pI4\n", &lease->server);
	seq_printf(m, "address: %pI4/%u\n", &lease->addr, lease->plen);
	seq_printf(m, "gateway: %pI4\n", &lease->router);
	show_seconds(m, "renew_s", lease->t1);
	show_seconds(m, "rebind_s", lease->t2);
	show_seconds(m, "expire_s", lease->end);
	show_addrs(m, shown, "routers", KSMOL_DHCP_OPT_ROUTERS);
	show_addrs(m, shown, "dns", KSMOL_DHCP_OPT_DNS);
	show_domain(m, shown);
}

static void show_options(struct seq_file *m, struct dhcp_shown *shown)
{
	unsigned int code;
	u32 i, len;

	for (code = 1; code < KSMOL_DHCP_OPT_END; code++) {
		len = shown_option(shown, code);
		if (!len)
			continue;
		seq_printf(m, "option_%u: ", code);
		for (i = 0; i < len; i++)
			seq_printf(m, "%02x", shown->value[i]);
		seq_putc(m, '\n');
	}
}

int ksmol_dhcp_show(struct seq_file *m, void *data)
{
	struct ksmol_iface *iface = data;
	struct ksmol_dhcp_client *client = iface->dhcp;
	struct dhcp_shown *shown = kmalloc_obj(*shown, GFP_KERNEL);

	if (!shown)
		return -ENOMEM;
	spin_lock_bh(&client->lock);
	shown->fsm = client->fsm;
	shown->ack_len = client->ack_len;
	memcpy(shown->ack, client->ack, client->ack_len);
	spin_unlock_bh(&client->lock);
	seq_printf(m, "state: %s\n", dhcp_state_names[shown->fsm.state]);
	if (ksmol_dhcp_fsm_leased(&shown->fsm)) {
		show_lease(m, shown);
		show_options(m, shown);
	}
	kfree(shown);
	return 0;
}
