// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows (RFC 9293 3.8.6): ours, which never shrinks and is never silly, and
 * the peer's, which may be closed for long.
 */

#include "tcp_script.h"

static const struct tcp_script_case window_scripts[] = {
	/* MUST-39: no window smaller than a segment is offered */
	{ "silly_window",
	  "0       open passive rcvbuf 4000\n"
	  "+0      < . 1:2001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:4001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      rcv_wnd 0\n"
	  "+0      read 100\n"
	  "+0      quiet\n"
	  "+0      read 400\n"
	  "+0      quiet\n"
	  "+0      read 3500\n"
	  "+0      > . 1:1(0) ack 4001 win >1999\n" },
	{ "opens_when_a_segment_fits",
	  "0       open passive rcvbuf 10000\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 4001:5001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 5001:6001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 6001:7001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 7001:8001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 8001:9001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 9001:10001(1000) ack 1\n"
	  "+100ms  skip\n"
	  "+0      rcv_wnd 0\n"
	  "+0      read 5000\n"
	  "+0      > . 1:1(0) ack 10001 win >999\n" },
	/* SHLD-14: the runner checks each segment's right edge */
	{ "never_shrinks",
	  "0       open passive rcvbuf 10000\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      set rcvbuf 6000\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 3001:10001(7000) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 10000\n"
	  "+0      read all\n"
	  "+10s    skip\n"
	  "+0      < . 10001:11001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 1000\n" },
	{ "never_shrinks_when_the_pool_does",
	  "0       open passive\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      pool 20\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      pool -\n"
	  "+0      read all\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      rcv_nxt 3001\n"
	  "+0      read all\n" },
	{ "scale_loses_nothing",
	  "0       open passive wscale 7 rcvbuf 1000000\n"
	  "+0      < . 1:1002(1001) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1002:1005(3) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1005:2006(1001) ack 1\n"
	  "+100ms  skip\n"
	  "+0      read 7\n"
	  "+0      < . 2006:3007(1001) ack 1\n"
	  "+100ms  skip\n"
	  "+0      read all\n"
	  "+100ms  skip\n" },
};

static const struct tcp_script_case zero_window_scripts[] = {
	/* MUST-35, MUST-36, SHLD-29, SHLD-30 */
	{ "probed_after_rto_and_backed_off",
	  "0       open passive win 1000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+0      timer PERSIST on ; timer RTO off\n"
	  "+210ms~30ms > . 1000:1000(0) ack 1 probe\n"
	  "+0      < . 1:1(0) ack 1001 win 0\n"
	  "+420ms~50ms > . 1000:1000(0) ack 1 probe\n"
	  "+0      < . 1:1(0) ack 1001 win 0\n"
	  "+840ms~90ms > . 1000:1000(0) ack 1 probe\n"
	  "+0      < . 1:1(0) ack 1001 win 1000\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+0      timer PERSIST off\n" },
	/* MUST-37, MAY-8: as long as the probes are answered */
	{ "stays_zero_for_an_hour",
	  "0       open passive win 1000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+1s     skip\n"
	  "+0      < . 1:1(0) ack 1001 win 0\n"
	  "+60s    skip\n"
	  "+0      < . 1:1(0) ack 1001 win 0\n"
	  "+240s   skip\n"
	  "+0      < . 1:1(0) ack 1001 win 0\n"
	  "+600s   skip\n"
	  "+0      < . 1:1(0) ack 1001 win 0\n"
	  "+900s   skip\n"
	  "+0      < . 1:1(0) ack 1001 win 0\n"
	  "+900s   skip\n"
	  "+0      < . 1:1(0) ack 1001 win 0\n"
	  "+900s   skip\n"
	  "+0      state ESTABLISHED\n"
	  "+0      < . 1:1(0) ack 1001 win 2000\n"
	  "+0      > P. 1001:2001(1000) ack 1\n" },
	{ "dead_peer",
	  "0       open passive win 1000 user_timeout 10s\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+30s    skip\n"
	  "+0      state CLOSE ; err ETIMEDOUT\n" },
	{ "dead_peer_without_a_user_timeout",
	  "0       open passive win 1000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+3600s  skip\n"
	  "+0      state CLOSE ; err ETIMEDOUT\n" },
	{ "fin_waits_too",
	  "0       open passive win 1000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      shutdown\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+0      timer PERSIST on\n"
	  "+1s     skip\n"
	  "+0      < . 1:1(0) ack 1001 win 2000\n"
	  "+0      > F. 1001:2001(1000) ack 1\n" },
	{ "from_the_beginning",
	  "0       open passive win 0\n"
	  "+0      write 500\n"
	  "+0      quiet ; timer PERSIST on\n"
	  "+210ms~900ms > . 0:0(0) ack 1 probe\n"
	  "+0      < . 1:1(0) ack 1 win 500\n"
	  "+0      > P. 1:501(500) ack 1\n" },
	/* pitfall 47: the retransmission timer goes on */
	{ "closes_over_data_in_flight",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1 win 0\n"
	  "+0      timer RTO on\n"
	  "+210ms~30ms > P. 1:1001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+0      flight 0\n" },
	{ "both_ends_probe",
	  "0       open passive win 1000 rcvbuf 4000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      < . 1:2001(2000) ack 1001 win 0\n"
	  "+0      skip\n"
	  "+0      < . 2001:4001(2000) ack 1001 win 0\n"
	  "+0      skip\n"
	  "+0      rcv_wnd 0\n"
	  "+1s     skip\n"
	  "+0      < . 4000:4000(0) ack 1001 win 0\n"
	  "+0      > . 1001:1001(0) ack 4001 win 0\n"
	  "+0      < . 4001:4001(0) ack 1001 win 5000\n"
	  "+0      > P. 1001:2001(1000) ack 4001\n" },
	/* MUST-34, SHLD-15, SHLD-16, SHLD-17 */
	{ "peer_shrinks_it",
	  "0       open passive win 5000\n"
	  "+0      write 8000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+0      > . 2001:3001(1000) ack 1\n"
	  "+0      > . 3001:4001(1000) ack 1\n"
	  "+0      > . 4001:5001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 2000\n"
	  "+0      quiet ; state ESTABLISHED ; flight 4000\n"
	  "+210ms~30ms > . 1001:2001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 5001 win 3000\n"
	  "+0      > . 5001:6001(1000) ack 1\n"
	  "+0      > . 6001:7001(1000) ack 1\n"
	  "+100ms  skip\n"
	  "+0      state ESTABLISHED\n" },
	{ "peer_shrinks_it_to_nothing",
	  "0       open passive win 5000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+0      flight 1000 ; timer RTO on\n"
	  "+210ms~30ms > P. 1001:2001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 2001 win 0\n"
	  "+0      flight 0 ; state ESTABLISHED\n" },
};

TCP_SCRIPT_TABLE(window);
TCP_SCRIPT_TABLE(zero_window);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(window),
	TCP_SCRIPT_CASE(zero_window),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_windows",
	.test_cases = cases,
};

kunit_test_suite(suite);
