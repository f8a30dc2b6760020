/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ksmol

#if !defined(_TRACE_KSMOL_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_KSMOL_H

#include <linux/tracepoint.h>
#include <net/tcp_states.h>
#include <ksmol/pool.h>

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

#define ksmol_show_class(class)						\
	__print_symbolic(class,						\
		{ KSMOL_CLASS_RX,	"rx" },				\
		{ KSMOL_CLASS_TX,	"tx" },				\
		{ KSMOL_CLASS_SHARED,	"shared" },			\
		{ KSMOL_CLASS_RESERVE,	"reserve" },			\
		{ KSMOL_CLASS_STREAM,	"stream" })
#define ksmol_show_level(level)						\
	__print_symbolic(level,						\
		{ KSMOL_LEVEL_OK,	"ok" },				\
		{ KSMOL_LEVEL_LOW,	"low" },			\
		{ KSMOL_LEVEL_CRITICAL,	"critical" })

/* A class's free pbufs crossed a watermark: enum ksmol_class, ksmol_level. */
TRACE_EVENT(ksmol_pressure,
	TP_PROTO(int class, int old_level, int new_level, u32 free),
	TP_ARGS(class, old_level, new_level, free),
	TP_STRUCT__entry(
		__field(int, class)
		__field(int, old_level)
		__field(int, new_level)
		__field(u32, free)
	),
	TP_fast_assign(
		__entry->class = class;
		__entry->old_level = old_level;
		__entry->new_level = new_level;
		__entry->free = free;
	),
	TP_printk("class=%s free=%u %s -> %s",
		  ksmol_show_class(__entry->class), __entry->free,
		  ksmol_show_level(__entry->old_level),
		  ksmol_show_level(__entry->new_level))
);

#define ksmol_show_tcp_state(state)					\
	__print_symbolic(state,						\
		{ TCP_ESTABLISHED,	"ESTABLISHED" },		\
		{ TCP_SYN_SENT,		"SYN_SENT" },			\
		{ TCP_SYN_RECV,		"SYN_RECV" },			\
		{ TCP_FIN_WAIT1,	"FIN_WAIT1" },			\
		{ TCP_FIN_WAIT2,	"FIN_WAIT2" },			\
		{ TCP_TIME_WAIT,	"TIME_WAIT" },			\
		{ TCP_CLOSE,		"CLOSE" },			\
		{ TCP_CLOSE_WAIT,	"CLOSE_WAIT" },			\
		{ TCP_LAST_ACK,		"LAST_ACK" },			\
		{ TCP_LISTEN,		"LISTEN" },			\
		{ TCP_CLOSING,		"CLOSING" })

/* Ports in host order. */
TRACE_EVENT(ksmol_tcp_state,
	TP_PROTO(u16 lport, u16 rport, int old_state, int new_state),
	TP_ARGS(lport, rport, old_state, new_state),
	TP_STRUCT__entry(
		__field(u16, lport)
		__field(u16, rport)
		__field(int, old_state)
		__field(int, new_state)
	),
	TP_fast_assign(
		__entry->lport = lport;
		__entry->rport = rport;
		__entry->old_state = old_state;
		__entry->new_state = new_state;
	),
	TP_printk("lport=%u rport=%u %s -> %s", __entry->lport, __entry->rport,
		  ksmol_show_tcp_state(__entry->old_state),
		  ksmol_show_tcp_state(__entry->new_state))
);

/* @ca: enum ksmol_tcp_ca_state: 0 open, 1 disorder, 2 cwr, 3 recovery, 4 loss */
TRACE_EVENT(ksmol_tcp_retransmit,
	TP_PROTO(u16 lport, u16 rport, u32 seq, u32 len, u8 ca),
	TP_ARGS(lport, rport, seq, len, ca),
	TP_STRUCT__entry(
		__field(u16, lport)
		__field(u16, rport)
		__field(u32, seq)
		__field(u32, len)
		__field(u8, ca)
	),
	TP_fast_assign(
		__entry->lport = lport;
		__entry->rport = rport;
		__entry->seq = seq;
		__entry->len = len;
		__entry->ca = ca;
	),
	TP_printk("lport=%u rport=%u seq=%u len=%u ca=%u", __entry->lport,
		  __entry->rport, __entry->seq, __entry->len, __entry->ca)
);

/* cwnd and ssthresh in bytes. */
TRACE_EVENT(ksmol_tcp_cwnd,
	TP_PROTO(u16 lport, u16 rport, u32 cwnd, u32 ssthresh, u8 ca),
	TP_ARGS(lport, rport, cwnd, ssthresh, ca),
	TP_STRUCT__entry(
		__field(u16, lport)
		__field(u16, rport)
		__field(u32, cwnd)
		__field(u32, ssthresh)
		__field(u8, ca)
	),
	TP_fast_assign(
		__entry->lport = lport;
		__entry->rport = rport;
		__entry->cwnd = cwnd;
		__entry->ssthresh = ssthresh;
		__entry->ca = ca;
	),
	TP_printk("lport=%u rport=%u cwnd=%u ssthresh=%u ca=%u", __entry->lport,
		  __entry->rport, __entry->cwnd, __entry->ssthresh,
		  __entry->ca)
);

#endif /* _TRACE_KSMOL_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH trace/events
#define TRACE_INCLUDE_FILE ksmol
#include <trace/define_trace.h>
