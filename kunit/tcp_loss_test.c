// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loss: RFC 6298 (RTO), 5681 and 6582 (congestion control), 6928, 3042, 6675
 * (SACK), 6937 (PRR), 8985 (RACK-TLP). Algorithm: Reno, unless said.
 */

#include "tcp_script.h"

static const struct tcp_script_case rto[] = {
	/* 2.1 */
	{ "before_any_measurement",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+0      rto 1s\n"
	  "+1s~5ms > S 0:0(0)\n" },
	/* 2.2 */
	{ "first_measurement",
	  "0       open passive rtt 100ms\n"
	  "+0      srtt 100ms ; rttvar 50ms ; rto 300ms\n" },
	{ "first_measurement_of_our_syn",
	  "0       open active rtt 100ms\n"
	  "+0      srtt 100ms ; rttvar 50ms ; rto 300ms\n" },
	/* 2.3 */
	{ "longer_measurement",
	  "0       open passive rtt 100ms\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+299ms  < . 1:1(0) ack 1001\n"
	  "+0      srtt 124000..126000 ; rto 460ms..480ms\n" },
	{ "equal_measurement",
	  "0       open passive rtt 100ms\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+100ms  < . 1:1(0) ack 1001\n"
	  "+0      srtt 100ms ; rto 249ms..300ms\n" },
	/* 2.4 with our minimum */
	{ "lower_bound",
	  "0       open passive rtt 1ms\n"
	  "+0      rto 200ms..202ms\n" },
	/* 2.5 */
	{ "upper_bound",
	  "0       open passive rtt 10ms\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+200s   skip\n"
	  "+0      state ESTABLISHED\n"
	  "+121s   skip\n"
	  "+0      retries >9\n" },
	/* 3: Karn (MUST-18) */
	{ "no_sample_from_what_was_sent_twice",
	  "0       open passive rtt 100ms\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+300ms~20ms > P. 1:1001(1000) ack 1\n"
	  "+1ms    < . 1:1(0) ack 1001\n"
	  "+0      srtt 100ms\n" },
	/* 5.5 and 3: the backoff stays until something new was measured */
	{ "backoff_is_kept",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+210ms~20ms > P. 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      write 1000\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+420ms~40ms > P. 1001:2001(1000) ack 1\n" },
	{ "backoff_ends_with_a_measurement",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+210ms~20ms > P. 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      write 1000\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2001\n"
	  "+0      write 1000\n"
	  "+0      > P. 2001:3001(1000) ack 1\n"
	  "+210ms~20ms > P. 2001:3001(1000) ack 1\n" },
	/* 5.1, 5.2 */
	{ "starts_and_stops",
	  "0       open passive nodelay\n"
	  "+0      timer RTO off\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      timer RTO on\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      timer RTO off\n" },
	/* 5.1: a segment sent later doesn't move it */
	{ "is_not_pushed_on",
	  "0       open passive nodelay\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+150ms  write 100\n"
	  "+0      > P. 101:201(100) ack 1\n"
	  "+60ms~20ms > . 1:101(100) ack 1\n" },
	/* 5.3 */
	{ "begins_anew_with_progress",
	  "0       open passive\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+150ms  < . 1:1(0) ack 1001\n"
	  "+0      timer RTO on\n"
	  "+180ms  quiet\n"
	  "+0      rto >200ms\n"
	  "+1s     skip\n"
	  "+0      retrans_total >0\n" },
	/* 5.4 */
	{ "earliest_goes_first_and_alone",
	  "0       open passive\n"
	  "+0      write 3000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+0      > P. 2001:3001(1000) ack 1\n"
	  "+210ms~20ms > . 1:1001(1000) ack 1 rexmit\n"
	  "+100ms  quiet\n" },
	/* 5.7 */
	{ "three_seconds_after_a_lost_syn",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+1s~20ms > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+3s~50ms > P. 1:1001(1000) ack 1\n" },
	/* 5.7 and pitfall 49: timestamps tell which SYN was answered */
	{ "lost_syn_with_timestamps",
	  "0       connect ts\n"
	  "+0      > S 0:0(0)\n"
	  "+1s~20ms > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000,ts>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      srtt <20ms\n" },
	{ "samples_by_timestamps",
	  "0       open passive rtt 100ms ts\n"
	  "+0      write 988\n"
	  "+0      > P. 1:989(988) ack 1 <ts>\n"
	  "+320ms~30ms > P. 1:989(988) ack 1 <ts>\n"
	  "+100ms  < . 1:1(0) ack 989\n"
	  "+0      srtt 95ms..105ms\n" },
};

static const struct tcp_script_case slow_start[] = {
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

static const struct tcp_script_case timeout[] = {
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

static const struct tcp_script_case fast_retransmit[] = {
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

static const struct tcp_script_case sack[] = {
	/* RFC 6675, as RACK (8985 6.2) has it: three segments SACKed beyond it
	 */
	{ "three_beyond",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      sacked 3000 ; ca RECOVERY ; ssthresh 5000\n" },
	{ "one_beyond_waits",
	  "0       open passive sack\n"
	  "+0      write 3000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      quiet ; sacked 1000 ; ca DISORDER ; timer REO on\n" },
	{ "two_holes",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-3001 4001-7001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 1 <sack 7001-10001 4001-7001 1001-3001>\n"
	  "+0      skip\n"
	  "+0      retrans_total 2 ; sacked 8000\n"
	  "+10ms   < . 1:1(0) ack 10001\n"
	  "+0      flight 0 ; ca OPEN ; sacked 0 ; lost 0 ; retrans 0\n" },
	{ "blocks_that_cannot_be",
	  "0       open passive sack\n"
	  "+0      write 3000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 5001-6001>\n"
	  "+0      < . 1:1(0) ack 1 <sack 3001-2001>\n"
	  "+0      < . 1:1(0) ack 1 <sack 2001-2001>\n"
	  "+0      < . 1:1(0) ack 1 <sack 2001-4001>\n"
	  "+0      sacked 0 ; state ESTABLISHED\n" },
	{ "block_across_a_record",
	  "0       open passive sack gso 8000\n"
	  "+0      write 8000\n"
	  "+0      > P. 1:8001(8000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 2001-3001 5001-6001>\n"
	  "+0      sacked 2000\n"
	  "+5ms    skip\n"
	  "+0      < . 1:1(0) ack 4001\n"
	  "+0      sacked 1000 ; flight 4000\n"
	  "+5ms    skip\n"
	  "+10ms   < . 1:1(0) ack 8001\n"
	  "+0      flight 0 ; sacked 0\n" },
	{ "same_block_again",
	  "0       open passive sack\n"
	  "+0      write 4000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      sacked 1000 ; ca DISORDER\n" },
	/* 6675 4: pipe */
	{ "pipe",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+0      pipe 10000\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      pipe 9000\n"
	  "+0      < . 1:1(0) ack 1001 <sack 1001-2001>\n"
	  "+0      pipe 8000\n" },
	{ "ignored_without_agreement",
	  "0       open passive\n"
	  "+0      write 4000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      ca DISORDER ; lost 0\n" },
	/* RFC 2018 8: the receiver may take back what it reported */
	{ "reneging",
	  "0       open passive sack\n"
	  "+0      write 4000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+2s     skip\n"
	  "+0      < . 1:1(0) ack 2001\n"
	  "+2s     skip\n"
	  "+0      < . 1:1(0) ack 4001\n"
	  "+0      flight 0 ; sacked 0 ; ca OPEN\n" },
	{ "lost_retransmission",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+15ms   < . 1:1(0) ack 1 <sack 1001-8001>\n"
	  "+0      skip\n"
	  "+1s     skip\n"
	  "+0      retrans_total >1\n"
	  "+0      < . 1:1(0) ack 10001\n"
	  "+0      flight 0\n" },
};

static const struct tcp_script_case prr[] = {
	/* RFC 6937: in the end cwnd is ssthresh, and sending never stopped */
	{ "ends_at_ssthresh",
	  "0       open passive sack\n"
	  "+0      write 40000\n"
	  "+0      skip\n"
	  "+0      flight 10000\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-5001>\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-6001>\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-7001>\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-8001>\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-9001>\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-10001>\n"
	  "+0      skip\n"
	  "+0      pipe 4000..5000\n"
	  "+10ms   < . 1:1(0) ack 10001\n"
	  "+0      ca OPEN ; cwnd 4000..5000\n"
	  "+0      skip\n" },
	{ "sends_in_proportion",
	  "0       open passive sack\n"
	  "+0      write 40000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-9001>\n"
	  "+0      skip\n"
	  "+0      snd_nxt 11001..14001 ; pipe <6001\n" },
	{ "first_retransmission_goes_whatever_cwnd_says",
	  "0       open passive sack\n"
	  "+0      write 40000\n"
	  "+0      skip\n"
	  "+0      set ssthresh 2000\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      skip\n" },
};

static const struct tcp_script_case rack[] = {
	/* 8985 6.2: sent before what was delivered, by more than the window */
	{ "reordering_timer",
	  "0       open passive sack\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      timer REO on\n"
	  "+3ms~3ms > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      ca RECOVERY\n" },
	{ "reordered_in_time",
	  "0       open passive sack\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+1ms    < . 1:1(0) ack 2001\n"
	  "+0      quiet ; ca OPEN ; retrans_total 0 ; timer REO off ; rack_reord 1\n" },
	/* 6.2 step 4: after reordering was seen, three SACKed are not enough */
	{ "patience_after_reordering",
	  "0       open passive sack\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+1ms    < . 1:1(0) ack 2001\n"
	  "+0      write 6000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 2001 <sack 3001-6001>\n"
	  "+0      quiet ; ca DISORDER ; timer REO on\n"
	  "+1ms    < . 1:1(0) ack 8001\n"
	  "+0      quiet ; retrans_total 0\n" },
	/* 7.2: PTO is two round trips */
	{ "probe_of_the_tail",
	  "0       open passive sack\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+0      timer TLP on\n"
	  "+20ms~5ms > P. 1001:2001(1000) ack 1 rexmit tlp\n"
	  "+0      count tlp 1 ; cwnd 10000 ; ca OPEN\n" },
	/* 7.2: one segment: the peer may delay its ACK */
	{ "probe_of_one_segment_is_later",
	  "0       open passive sack\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+100ms  quiet\n"
	  "+120ms~60ms > P. 1:1001(1000) ack 1 rexmit\n" },
	/* 7.3: new data rather than old */
	{ "probe_with_new_data",
	  "0       open passive sack cwnd 2000\n"
	  "+0      write 5000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+20ms~5ms > . 2001:3001(1000) ack 1 new tlp\n" },
	{ "one_probe_then_rto",
	  "0       open passive sack\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+20ms~5ms > P. 1001:2001(1000) ack 1 tlp\n"
	  "+210ms~40ms > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      ca LOSS\n" },
	/* 7.4.1: original and probe both arrived */
	{ "probe_was_needless",
	  "0       open passive sack\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+20ms~5ms > P. 1001:2001(1000) ack 1 tlp\n"
	  "+5ms    < . 1:1(0) ack 2001\n"
	  "+5ms    < . 1:1(0) ack 2001 <sack 1001-2001>\n"
	  "+0      cwnd 10000 ; ca OPEN\n" },
	/* 7.4.2: the probe repaired a loss: that is congestion */
	{ "probe_repaired",
	  "0       open passive sack\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+20ms~200ms > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2001\n"
	  "+20ms   skip\n"
	  "+0      cwnd 1000..10000 ; flight 0\n" },
	{ "probe_starts_recovery",
	  "0       open passive sack\n"
	  "+0      write 4000\n"
	  "+0      skip\n"
	  "+20ms~5ms skip\n"
	  "+15ms   < . 1:1(0) ack 1 <sack 3001-4001>\n"
	  "+5ms    skip\n"
	  "+0      ca RECOVERY ; lost >0\n" },
	{ "none_without_sack",
	  "0       open passive\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+0      timer TLP off ; timer RTO on\n" },
};

static const struct tcp_script_case undo[] = {
	/* RFC 2883, 3708: a DSACK for all that was sent again */
	{ "by_dsack",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+1ms    < . 1:1(0) ack 10001\n"
	  "+10ms   < . 1:1(0) ack 10001 <sack 1-1001>\n"
	  "+0      skip\n"
	  "+0      cwnd 10000..11000 ; count spurious 1 ; dsacks_in 1\n" },
	/* RFC 3522 (Eifel) */
	{ "by_timestamps",
	  "0       open passive sack ts mss 1012\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+1ms    < . 1:1(0) ack 10001 <ts ecr 1010>\n"
	  "+0      skip\n"
	  "+0      cwnd >9999 ; count spurious 1\n" },
};

KUNIT_ARRAY_PARAM(rto, rto, tcp_script_desc);
KUNIT_ARRAY_PARAM(slow_start, slow_start, tcp_script_desc);
KUNIT_ARRAY_PARAM(timeout, timeout, tcp_script_desc);
KUNIT_ARRAY_PARAM(fast_retransmit, fast_retransmit, tcp_script_desc);
KUNIT_ARRAY_PARAM(sack, sack, tcp_script_desc);
KUNIT_ARRAY_PARAM(prr, prr, tcp_script_desc);
KUNIT_ARRAY_PARAM(rack, rack, tcp_script_desc);
KUNIT_ARRAY_PARAM(undo, undo, tcp_script_desc);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASES(rto),
	TCP_SCRIPT_CASES(slow_start),
	TCP_SCRIPT_CASES(timeout),
	TCP_SCRIPT_CASES(fast_retransmit),
	TCP_SCRIPT_CASES(sack),
	TCP_SCRIPT_CASES(prr),
	TCP_SCRIPT_CASES(rack),
	TCP_SCRIPT_CASES(undo),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_loss",
	.test_cases = cases,
};

kunit_test_suite(suite);
