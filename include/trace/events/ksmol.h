/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ksmol

#if !defined(_TRACE_KSMOL_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_KSMOL_H

#include <linux/tracepoint.h>
#include <ksmol/stats.h>

TRACE_EVENT(ksmol_rx_drop,
	TP_PROTO(int reason, int ifindex, u32 len),
	TP_ARGS(reason, ifindex, len),
	TP_STRUCT__entry(
		__field(int, reason)
		__field(int, ifindex)
		__field(u32, len)
	),
	TP_fast_assign(
		__entry->reason = reason;
		__entry->ifindex = ifindex;
		__entry->len = len;
	),
	TP_printk("ifindex=%d len=%u reason=%s", __entry->ifindex,
		  __entry->len, ksmol_verdict_names[__entry->reason])
);

TRACE_EVENT(ksmol_tx_drop,
	TP_PROTO(int reason, int ifindex),
	TP_ARGS(reason, ifindex),
	TP_STRUCT__entry(
		__field(int, reason)
		__field(int, ifindex)
	),
	TP_fast_assign(
		__entry->reason = reason;
		__entry->ifindex = ifindex;
	),
	TP_printk("ifindex=%d reason=%s", __entry->ifindex,
		  ksmol_tx_drop_names[__entry->reason])
);

TRACE_EVENT(ksmol_alloc_fail,
	TP_PROTO(int class, bool injected),
	TP_ARGS(class, injected),
	TP_STRUCT__entry(
		__field(int, class)
		__field(bool, injected)
	),
	TP_fast_assign(
		__entry->class = class;
		__entry->injected = injected;
	),
	TP_printk("class=%d injected=%d", __entry->class, __entry->injected)
);

#endif /* _TRACE_KSMOL_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH trace/events
#define TRACE_INCLUDE_FILE ksmol
#include <trace/define_trace.h>
