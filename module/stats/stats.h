/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of this room. */
#ifndef _KSMOL_STATS_ROOM_H
#define _KSMOL_STATS_ROOM_H

#include <ksmol/stats.h>

/* debugfs drops. */
int ksmol_drops_show(struct seq_file *m, void *data);

/* debugfs copies. */
int ksmol_copies_show(struct seq_file *m, void *data);

#endif /* _KSMOL_STATS_ROOM_H */
