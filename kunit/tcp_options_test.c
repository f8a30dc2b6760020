// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options: window scale and timestamps (RFC 7323), SACK as a receiver gives it
 * (RFC 2018, 2883), and ECN (RFC 3168).
 */

#include "tcp_script.h"

static const struct tcp_script_case timestamps_scripts[] = {
	{ "both_want_them",
	  "0       connect ts\n"
	  "+0      > S 0:0(0) <mss 1460,val 1000,ecr 0>\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000,val 77>\n"
	  "+0      > . 1:1(0) ack 1 <val 1010,ecr 77>\n"
	  "+0      ts_on 1 ; mss 988\n"
	  "+0      write 988\n"
	  "+0      > P. 1:989(988) ack 1 <val 1010,ecr 77>\n" },
	{ "peer_has_none",
	  "0       connect ts\n"
	  "+0      > S 0:0(0) <mss 1460,ts>\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1 <nots>\n"
	  "+0      ts_on 0 ; mss 1000\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1 <nots>\n" },
	{ "we_want_none",
	  "0       connect\n"
	  "+0      > S 0:0(0) <mss 1460>\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000,val 77>\n"
	  "+0      > . 1:1(0) ack 1 <nots>\n"
	  "+0      ts_on 0\n" },
	/* 4.3: what is echoed */
	{ "newest_in_order",
	  "0       open passive ts\n"
	  "+10ms   < . 1:101(100) ack 1 <val 6000>\n"
	  "+0      > . 1:1(0) ack 101 <ecr 6000>\n"
	  "+10ms   < . 101:201(100) ack 1 <val 6010>\n"
	  "+0      > . 1:1(0) ack 201 <ecr 6010>\n" },
	{ "earliest_of_those_that_one_ack_is_for",
	  "0       open passive ts\n"
	  "+0      set quickack_off 1\n"
	  "+10ms   < . 1:1001(1000) ack 1 <val 6000>\n"
	  "+10ms   < . 1001:2001(1000) ack 1 <val 6010>\n"
	  "+0      > . 1:1(0) ack 2001 <ecr 6000>\n" },
	{ "not_that_of_a_segment_after_a_gap",
	  "0       open passive ts\n"
	  "+10ms   < . 1001:2001(1000) ack 1 <val 7000>\n"
	  "+0      > . 1:1(0) ack 1 <ecr 5010>\n"
	  "+10ms   < . 1:1001(1000) ack 1 <val 7001>\n"
	  "+0      > . 1:1(0) ack 2001 <ecr 7001>\n" },
	{ "that_of_a_retransmission_before_the_edge",
	  "0       open passive ts\n"
	  "+10ms   < . 1:1001(1000) ack 1 <val 6000>\n"
	  "+0      > . 1:1(0) ack 1001 <ecr 6000>\n"
	  "+10ms   < . 1001:2001(1000) ack 1 <val 6010>\n"
	  "+0      > . 1:1(0) ack 2001 <ecr 6010>\n" },
	/* 5: PAWS */
	{ "older_is_dropped_and_answered",
	  "0       open passive ts\n"
	  "+10ms   < . 1:101(100) ack 1 <val 6000>\n"
	  "+0      > . 1:1(0) ack 101\n"
	  "+10ms   < . 101:201(100) ack 1 <val 5999>\n"
	  "+0      > . 1:1(0) ack 101\n"
	  "+0      verdict tcp_paws ; readable 100\n" },
	{ "equal_is_fine",
	  "0       open passive ts\n"
	  "+10ms   < . 1:101(100) ack 1 <val 6000>\n"
	  "+0      skip\n"
	  "+0      < . 101:201(100) ack 1 <val 6000>\n"
	  "+100ms  skip\n"
	  "+0      readable 200\n" },
	{ "clock_wraps",
	  "0       connect ts\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000,val 0xfffffff0>\n"
	  "+0      > . 1:1(0) ack 1 <ecr 0xfffffff0>\n"
	  "+10ms   < . 1:101(100) ack 1 <val 5>\n"
	  "+0      > . 1:1(0) ack 101 <ecr 5>\n"
	  "+10ms   < . 101:201(100) ack 1 <val 0xfffffff5>\n"
	  "+0      > . 1:1(0) ack 101 <ecr 5>\n"
	  "+0      readable 100\n" },
	{ "rst_is_exempt",
	  "0       open passive ts\n"
	  "+10ms   < . 1:101(100) ack 1 <val 6000>\n"
	  "+0      skip\n"
	  "+0      < R 101:101(0) <val 1>\n"
	  "+0      state CLOSE ; err ECONNRESET\n" },
	{ "rst_without_them",
	  "0       open passive ts\n"
	  "+0      < R 1:1(0)\n"
	  "+0      state CLOSE\n" },
	/* 5.5: idle for more than 24 days, TS.Recent means nothing */
	{ "idle_for_24_days",
	  "0       open passive ts\n"
	  "+10ms   < . 1:101(100) ack 1 <val 6000>\n"
	  "+0      skip\n"
	  "+2160000s < . 101:201(100) ack 1 <val 10>\n"
	  "+100ms  skip\n"
	  "+0      readable 200\n" },
	/* 3.2: SHOULD be dropped, silently */
	{ "missing_on_a_segment",
	  "0       open passive ts\n"
	  "+0      < . 1:101(100) ack 1 <nots>\n"
	  "+0      quiet ; readable 0\n"
	  "+0      < . 1:101(100) ack 1\n"
	  "+100ms  skip\n"
	  "+0      readable 100\n" },
	{ "old_duplicate_of_the_fin",
	  "0       open passive ts\n"
	  "+10ms   < F. 1:1(0) ack 1 <val 6000>\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+50ms   < F. 1:1(0) ack 1 <val 5990>\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      state CLOSE_WAIT\n" },
	{ "on_window_probes",
	  "0       open passive ts win 1000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:989(988) ack 1 <ts>\n"
	  "+10ms   < . 1:1(0) ack 989 win 0\n"
	  "+210ms~30ms > . 988:988(0) ack 1 probe <ts>\n" },
	{ "on_fin",
	  "0       open passive ts\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1 <ts>\n" },
};

static const struct tcp_script_case scale_scripts[] = {
	/* RFC 7323 2.2: windows of SYNs are not scaled */
	{ "of_syn_is_none",
	  "0       connect wscale 7 rcvbuf 250000\n"
	  "+0      > S 0:0(0) win <65536 <mss 1460,wscale>\n"
	  "+10ms   < S. 0:0(0) ack 1 win 1000 <mss 1000,wscale 7>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      snd_wnd 1000\n"
	  "+0      < . 1:1(0) ack 1 win 1000\n"
	  "+0      snd_wnd 128000\n" },
	/* 2.3 */
	{ "above_14_is_14",
	  "0       connect wscale 7\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 1000 <mss 1000,wscale 20>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      snd_wscale 14\n" },
	{ "zero_counts",
	  "0       connect wscale 7\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 1000 <mss 1000,wscale 0>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      snd_wscale 0 ; wscale_on 1\n" },
	{ "peer_has_none",
	  "0       connect wscale 7 rcvbuf 250000\n"
	  "+0      > S 0:0(0) <mss 1460,wscale>\n"
	  "+10ms   < S. 0:0(0) ack 1 win 1000 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1 win >0\n"
	  "+0      wscale_on 0 ; snd_wscale 0 ; rcv_wscale 0\n" },
	{ "we_want_none",
	  "0       connect\n"
	  "+0      > S 0:0(0) <mss 1460>\n"
	  "+10ms   < S. 0:0(0) ack 1 win 1000 <mss 1000,wscale 7>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      snd_wscale 0\n"
	  "+0      < . 1:1(0) ack 1 win 2000\n"
	  "+0      snd_wnd 2000\n" },
	{ "large_window_is_used",
	  "0       open passive wscale 4 win 10000 gso 60000 cwnd 150000\n"
	  "+0      snd_wnd 160000\n"
	  "+0      write 150000\n"
	  "+0      skip\n"
	  "+0      flight 150000\n" },
};

static const struct tcp_script_case sack_scripts[] = {
	/* RFC 2018 4 */
	{ "block",
	  "0       open passive sack\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-2001>\n" },
	{ "latest_first",
	  "0       open passive sack\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 3001-4001 1001-2001>\n"
	  "+0      < . 5001:6001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 5001-6001 3001-4001 1001-2001>\n" },
	{ "grown_block_first",
	  "0       open passive sack\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 3001-4001 1001-2001>\n"
	  "+0      < . 4001:5001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 3001-5001 1001-2001>\n"
	  "+0      < . 501:1001(500) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 501-2001 3001-5001>\n" },
	{ "blocks_join",
	  "0       open passive sack\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 3001-4001 1001-2001>\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-4001>\n" },
	{ "four_blocks",
	  "0       open passive sack\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 5001:6001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 7001:8001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 7001-8001 5001-6001 3001-4001 1001-2001>\n"
	  "+0      < . 9001:10001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 9001-10001 7001-8001 5001-6001 3001-4001>\n" },
	{ "three_blocks_beside_timestamps",
	  "0       open passive sack ts\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 5001:6001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 7001:8001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 7001-8001 5001-6001 3001-4001>\n" },
	{ "gone_when_filled",
	  "0       open passive sack\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 2001 <sack 3001-4001>\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 4001\n" },
	{ "on_data",
	  "0       open passive sack\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1 <sack 1001-2001>\n" },
	{ "full_segment_leaves_room_for_it",
	  "0       open passive sack mss 1460\n"
	  "+0      < . 1461:2921(1460) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1461-2921>\n"
	  "+0      write 3000\n"
	  "+0      > . 1:1449(1448) ack 1 <sack 1461-2921>\n"
	  "+0      skip\n"
	  "+0      < . 1:1461(1460) ack 1449\n"
	  "+0      skip\n" },
	{ "none_without_agreement",
	  "0       open passive\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n" },
	{ "early_fin_is_no_data",
	  "0       open passive sack\n"
	  "+0      < F. 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-2001>\n" },
	/* RFC 2018 8: what was given up is reported no more */
	{ "pruned",
	  "0       open passive sack\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 3001-4001 1001-2001>\n"
	  "+0      prune 1 ; ooo_pbufs 1\n"
	  "+0      skip\n"
	  "+0      < . 5001:6001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 5001-6001 1001-2001>\n"
	  "+0      prune 10 ; ooo_pbufs 0 ; ooo_bytes 0\n"
	  "+0      skip\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001\n" },
	/* RFC 2883 4.1 */
	{ "duplicate",
	  "0       open passive sack\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001 <sack 1-1001>\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 2001\n"
	  "+0      count dsack_out 1\n" },
	{ "duplicate_in_part",
	  "0       open passive sack\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001\n"
	  "+0      < . 501:1501(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1501 <sack 501-1001>\n" },
	/* 4.1.1: the block it lies in follows */
	{ "duplicate_after_a_gap",
	  "0       open passive sack\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-3001>\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 1001-2001 1001-3001>\n" },
	/* RFC 2883 4: reported once, also when the ACK was lost */
	{ "once",
	  "0       open passive sack\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001 <sack 1-1001>\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001 <sack 2001-3001>\n" },
	{ "offered",
	  "0       connect sack\n"
	  "+0      > S 0:0(0) <mss 1460,sackOK>\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000,sackOK>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      sack_on 1\n" },
	{ "peer_has_none",
	  "0       connect sack\n"
	  "+0      > S 0:0(0) <mss 1460,sackOK>\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      sack_on 0\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n" },
	{ "we_want_none",
	  "0       connect\n"
	  "+0      > S 0:0(0) <mss 1460>\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000,sackOK>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      sack_on 0\n" },
};

static const struct tcp_script_case ecn_scripts[] = {
	/* RFC 3168 6.1.1 (SHLD-8) */
	{ "both_want_it",
	  "0       connect ecn\n"
	  "+0      > SEW 0:0(0) noect\n"
	  "+10ms   < SE. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1 noect\n"
	  "+0      ecn_on 1\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1 ect\n" },
	{ "peer_has_none",
	  "0       connect ecn\n"
	  "+0      > SEW 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      ecn_on 0\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1 noect\n" },
	{ "peer_mirrors_all_bits",
	  "0       connect ecn\n"
	  "+0      > SEW 0:0(0)\n"
	  "+10ms   < SEW. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      ecn_on 0\n" },
	{ "we_want_none",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < SE. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      ecn_on 0\n" },
	/* 6.1.3: told until the sender says CWR */
	{ "ce_is_echoed_until_cwr",
	  "0       open passive ecn\n"
	  "+0      < . 1:1001(1000) ack 1 ce\n"
	  "+0      > E. 1:1(0) ack 1001\n"
	  "+0      < . 1001:2001(1000) ack 1 ect\n"
	  "+0      > E. 1:1(0) ack 2001\n"
	  "+0      < W. 2001:3001(1000) ack 1 ect\n"
	  "+0      > . 1:1(0) ack 3001\n"
	  "+0      count ecn_ce 1\n" },
	{ "ce_beside_cwr",
	  "0       open passive ecn\n"
	  "+0      < . 1:1001(1000) ack 1 ce\n"
	  "+0      > E. 1:1(0) ack 1001\n"
	  "+0      < W. 1001:2001(1000) ack 1 ce\n"
	  "+0      > E. 1:1(0) ack 2001\n" },
	{ "ce_without_agreement",
	  "0       open passive\n"
	  "+0      < . 1:1001(1000) ack 1 ce\n"
	  "+0      > . 1:1(0) ack 1001\n" },
	/* 6.1.2: once in a window of data */
	{ "ece_halves_once",
	  "0       open passive ecn\n"
	  "+0      write 20000\n"
	  "+0      skip\n"
	  "+0      flight 10000\n"
	  "+10ms   < E. 1:1(0) ack 1001\n"
	  "+0      ssthresh 4000..5000 ; ca CWR ; count ecn_ece 1\n"
	  "+0      skip\n"
	  "+0      < E. 1:1(0) ack 2001\n"
	  "+0      skip\n"
	  "+0      < E. 1:1(0) ack 3001\n"
	  "+0      skip\n"
	  "+0      ssthresh 4000..5000 ; count ecn_ece 1\n" },
	{ "cwr_on_the_next_new_data",
	  "0       open passive ecn nodelay\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1 ect\n"
	  "+10ms   < E. 1:1(0) ack 1001\n"
	  "+0      write 1000\n"
	  "+0      > PW. 1001:2001(1000) ack 1 ect\n"
	  "+0      write 1000\n"
	  "+0      > P. 2001:3001(1000) ack 1 ect\n" },
	{ "ece_without_agreement",
	  "0       open passive\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+10ms   < E. 1:1(0) ack 1001\n"
	  "+0      ca OPEN ; ssthresh >100000\n" },
	/* 6.1.5 */
	{ "retransmissions_are_not_capable",
	  "0       open passive ecn\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1 ect\n"
	  "+210ms~20ms > P. 1:1001(1000) ack 1 noect\n" },
	/* 6.1.4 */
	{ "bare_acks_are_not_capable",
	  "0       open passive ecn\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001 noect\n" },
	/* 6.1.6 */
	{ "probes_are_not_capable",
	  "0       open passive ecn win 1000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1 ect\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+210ms~30ms > . 1000:1000(0) ack 1 probe noect\n" },
};

TCP_SCRIPT_TABLE(timestamps);
TCP_SCRIPT_TABLE(scale);
TCP_SCRIPT_TABLE(sack);
TCP_SCRIPT_TABLE(ecn);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(timestamps),
	TCP_SCRIPT_CASE(scale),
	TCP_SCRIPT_CASE(sack),
	TCP_SCRIPT_CASE(ecn),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_options",
	.test_cases = cases,
};

kunit_test_suite(suite);
