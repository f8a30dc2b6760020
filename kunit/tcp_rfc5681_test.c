// SPDX-License-Identifier: GPL-2.0-only
/*
 * Congestion control: RFC 5681 and 6582, 6928 (initial window), 3042 (limited
 * transmit), 7661. Algorithm: Reno, unless said.
 */

#include "tcp_script.h"

static const struct tcp_script_case slow_start_scripts[] = {
	/* RFC 6928 */
	{ "initial_window",
	  "0       open passive mss 1000\n"
	  "+0      cwnd 10000\n"
	  "+0      write 20000\n"
	  "+0      skip\n"
	  "+0      flight 10000\n" },
	{ "initial_window_of_full_ethernet",
	  "0       open passive mss 1460\n"
	  "+0      cwnd 14600\n" },
	{ "initial_window_of_jumbo_frames",
	  "0       open passive mss 4000 mtu 9000\n"
	  "+0      cwnd 14600\n" },
	{ "initial_window_of_large_segments",
	  "0       open passive mss 8960 mtu 9000\n"
	  "+0      cwnd 17920\n" },
	{ "initial_window_after_a_lost_syn",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+1s~20ms > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      cwnd 1000 ; ssthresh >100000\n" },
	/* 5681 3.1 */
	{ "a_segment_for_each_acked",
	  "0       open passive cwnd 2000\n"
	  "+0      write 20000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      cwnd 3000\n"
	  "+0      > . 2001:3001(1000) ack 1\n"
	  "+0      > . 3001:4001(1000) ack 1\n"
	  "+0      < . 1:1(0) ack 2001\n"
	  "+0      cwnd 4000\n"
	  "+0      > . 4001:5001(1000) ack 1\n"
	  "+0      > . 5001:6001(1000) ack 1\n" },
	{ "small_acks_do_not_count_more",
	  "0       open passive cwnd 2000\n"
	  "+0      write 20000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 101\n"
	  "+0      < . 1:1(0) ack 201\n"
	  "+0      < . 1:1(0) ack 301\n"
	  "+0      < . 1:1(0) ack 401\n"
	  "+0      skip\n"
	  "+0      cwnd 2000..2400\n" },
	/* pitfall 49, RFC 7661 */
	{ "no_growth_without_use",
	  "0       open passive nodelay\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      write 1000\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2001\n"
	  "+0      cwnd 10000\n" },
	{ "idle_for_long",
	  "0       open passive cwnd 40000\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+10s    write 20000\n"
	  "+0      skip\n"
	  "+0      cwnd <10001 ; flight <10001\n" },
	{ "idle_for_an_instant",
	  "0       open passive cwnd 20000\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+50ms   write 20000\n"
	  "+0      skip\n"
	  "+0      cwnd 20000\n" },
	{ "avoidance",
	  "0       open passive cwnd 5000 ssthresh 5000\n"
	  "+0      write 20000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 2001\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 3001\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 4001\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 5001\n"
	  "+0      skip\n"
	  "+0      cwnd 5800..6000\n" },
	{ "effective_window_is_the_smaller",
	  "0       open passive win 3000\n"
	  "+0      write 8000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+0      > . 2001:3001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 3001 win 60000\n"
	  "+0      > . 3001:4001(1000) ack 1\n"
	  "+0      > . 4001:5001(1000) ack 1\n"
	  "+0      > . 5001:6001(1000) ack 1\n"
	  "+0      > . 6001:7001(1000) ack 1\n"
	  "+0      > P. 7001:8001(1000) ack 1\n" },
	{ "cubic_starts_the_same",
	  "0       open passive cubic cwnd 2000\n"
	  "+0      write 20000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      cwnd 3000\n"
	  "+0      skip\n" },
	/* RFC 9438 4.6 */
	{ "cubic_reduces_by_three_tenths",
	  "0       open passive cubic sack\n"
	  "+0      write 20000\n"
	  "+0      skip\n"
	  "+0      flight 10000\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      skip\n"
	  "+0      ca RECOVERY ; ssthresh 6900..7100\n" },
};

static const struct tcp_script_case timeout_scripts[] = {
	/* 5681 3.1 and MUST-19 */
	{ "one_segment_and_half_the_flight",
	  "0       open passive\n"
	  "+0      write 8000\n"
	  "+0      skip\n"
	  "+0      flight 8000\n"
	  "+250ms~60ms skip\n"
	  "+0      cwnd 1000 ; ssthresh 4000 ; ca LOSS ; count timeouts 1\n" },
	{ "at_least_two_segments",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+210ms~20ms > P. 1:1001(1000) ack 1\n"
	  "+0      cwnd 1000 ; ssthresh 2000\n" },
	{ "ssthresh_holds_when_it_happens_again",
	  "0       open passive\n"
	  "+0      write 8000\n"
	  "+0      skip\n"
	  "+2s     skip\n"
	  "+0      count timeouts >1 ; ssthresh 4000 ; cwnd <1001\n" },
	{ "slow_start_afterwards",
	  "0       open passive\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+250ms  skip\n"
	  "+0      ca LOSS\n"
	  "+0      < . 1:1(0) ack 1001\n"
	  "+0      > . 1001:2001(1000) ack 1 rexmit\n"
	  "+0      > . 2001:3001(1000) ack 1 rexmit\n"
	  "+0      cwnd 2000\n"
	  "+10ms   < . 1:1(0) ack 3001\n"
	  "+0      > . 3001:4001(1000) ack 1 rexmit\n"
	  "+0      > P. 4001:5001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 5001\n"
	  "+0      ca OPEN ; flight 0\n" },
	{ "ends_when_all_was_there",
	  "0       open passive\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+250ms  skip\n"
	  "+0      < . 1:1(0) ack 5001\n"
	  "+0      ca OPEN ; flight 0 ; timer RTO off\n" },
	/* RFC 6675 5.1, 2018 8: what was SACKed is trusted no more */
	{ "sacked_data_may_be_sent_again",
	  "0       open passive sack nodelay\n"
	  "+0      write 500\n"
	  "+0      > P. 1:501(500) ack 1\n"
	  "+0      write 500\n"
	  "+0      > P. 501:1001(500) ack 1\n"
	  "+0      < . 1:1(0) ack 1 <sack 501-1001>\n"
	  "+0      skip\n"
	  "+0      sacked 500\n"
	  "+2s     skip\n"
	  "+0      < . 1:1(0) ack 1001\n"
	  "+0      flight 0 ; sacked 0 ; lost 0 ; retrans 0\n" },
	{ "lost_syn_leaves_ssthresh",
	  "0       connect sack\n"
	  "+0      > S 0:0(0)\n"
	  "+1s~20ms > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000,sackOK>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      ca OPEN ; ssthresh >100000 ; retries 0\n" },
};

static const struct tcp_script_case fast_retransmit_scripts[] = {
	/* 5681 3.2, RFC 3042: without SACK */
	{ "third_duplicate",
	  "0       open passive cwnd 5000\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      quiet ; ca DISORDER\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      ca RECOVERY ; ssthresh 2500 ; count fast_retrans 1\n" },
	{ "limited_transmit",
	  "0       open passive cwnd 5000\n"
	  "+0      write 12000\n"
	  "+0      skip\n"
	  "+0      flight 5000\n"
	  "+10ms   < . 1:1(0) ack 1\n"
	  "+0      > . 5001:6001(1000) ack 1 new\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      > . 6001:7001(1000) ack 1 new\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      cwnd <7001\n" },
	/* what counts as a duplicate: 5681 2 */
	{ "window_updates_are_none",
	  "0       open passive cwnd 5000\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 win 60000\n"
	  "+0      < . 1:1(0) ack 1 win 60001\n"
	  "+0      < . 1:1(0) ack 1 win 60002\n"
	  "+0      < . 1:1(0) ack 1 win 60003\n"
	  "+0      quiet ; ca OPEN\n" },
	{ "segments_with_data_are_none",
	  "0       open passive cwnd 5000\n"
	  "+0      set quickack_off 1\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:11(10) ack 1\n"
	  "+0      < . 11:21(10) ack 1\n"
	  "+0      < . 21:31(10) ack 1\n"
	  "+0      < . 31:41(10) ack 1\n"
	  "+50ms   skip\n"
	  "+0      ca OPEN ; retrans_total 0\n" },
	{ "nothing_in_flight",
	  "0       open passive\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      quiet ; ca OPEN\n" },
	/* RFC 6582 */
	{ "partial_ack",
	  "0       open passive cwnd 6000\n"
	  "+0      write 6000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 3001\n"
	  "+0      > . 3001:4001(1000) ack 1 rexmit\n"
	  "+0      ca RECOVERY ; ssthresh 3000\n"
	  "+10ms   < . 1:1(0) ack 6001\n"
	  "+0      ca OPEN ; cwnd <4001 ; flight 0\n" },
	{ "full_ack",
	  "0       open passive cwnd 6000\n"
	  "+0      write 6000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 6001\n"
	  "+0      ca OPEN ; flight 0 ; cwnd 1000..4000 ; ssthresh 3000\n" },
	/* RFC 6582 3.2: not for what is left of an earlier loss */
	{ "not_again_after_a_timeout",
	  "0       open passive cwnd 6000\n"
	  "+0      write 6000\n"
	  "+0      skip\n"
	  "+250ms  skip\n"
	  "+0      ca LOSS\n"
	  "+0      < . 1:1(0) ack 1001\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 1001\n"
	  "+0      < . 1:1(0) ack 1001\n"
	  "+0      < . 1:1(0) ack 1001\n"
	  "+0      skip\n"
	  "+0      ssthresh 3000 ; count fast_retrans 0\n" },
	{ "timeout_while_recovering",
	  "0       open passive cwnd 6000\n"
	  "+0      write 6000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+300ms  skip\n"
	  "+0      ca LOSS ; cwnd 1000\n"
	  "+0      < . 1:1(0) ack 6001\n"
	  "+0      ca OPEN ; flight 0\n" },
};

TCP_SCRIPT_TABLE(slow_start);
TCP_SCRIPT_TABLE(timeout);
TCP_SCRIPT_TABLE(fast_retransmit);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(slow_start),
	TCP_SCRIPT_CASE(timeout),
	TCP_SCRIPT_CASE(fast_retransmit),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_rfc5681",
	.test_cases = cases,
};

kunit_test_suite(suite);
