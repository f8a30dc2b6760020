// SPDX-License-Identifier: GPL-2.0-only
/*
 * What went wrong in stacks like this one, and is in no other suite: windows,
 * queues and timers when several things happen at once.
 */

#include "tcp_script.h"

static const struct tcp_script_case window_scripts[] = {
	/* 41 */
	{ "syn_window_is_the_first_right_edge",
	  "0       connect wscale 7 rcvbuf 250000\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000,wscale 7>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+100ms  skip\n"
	  "+0      read 1000\n"
	  "+100ms  skip\n" },
	{ "odd_sizes_with_a_scale",
	  "0       open passive wscale 7 rcvbuf 200001\n"
	  "+0      < . 1:4(3) ack 1\n"
	  "+100ms  skip\n"
	  "+0      < . 4:1037(1033) ack 1\n"
	  "+100ms  skip\n"
	  "+0      read 1\n"
	  "+0      < . 1037:1038(1) ack 1\n"
	  "+100ms  skip\n"
	  "+0      read all\n"
	  "+100ms  skip\n" },
	{ "out_of_order_does_not_move_it",
	  "0       open passive rcvbuf 10000\n"
	  "+0      < . 5001:6001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 win 10000\n"
	  "+0      < . 9001:10001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1 win 10000\n"
	  "+0      < . 9501:10501(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      ooo_bytes 2000\n" },
};

static const struct tcp_script_case queues_scripts[] = {
	/* 42 */
	{ "fin_then_data_then_gap",
	  "0       open passive\n"
	  "+0      < F. 2001:3001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 3000 ; rcv_nxt 3002 ; state CLOSE_WAIT\n"
	  "+0      read all\n" },
	{ "two_fins_that_differ",
	  "0       open passive\n"
	  "+0      < F. 2001:3001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < F. 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      state CLOSE_WAIT\n" },
	{ "without_memory_to_keep",
	  "0       open passive\n"
	  "+0      < . 1:1001(1000) ack 1 nopb\n"
	  "+0      skip\n"
	  "+0      readable 0 ; rcv_nxt 1\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 1000\n"
	  "+0      read all\n" },
	{ "fin_without_memory_for_the_data",
	  "0       open passive\n"
	  "+0      < F. 1:1001(1000) ack 1 nopb\n"
	  "+0      skip\n"
	  "+0      rcv_nxt 1 ; state ESTABLISHED ; fin_early 0\n"
	  "+0      < F. 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 1000 ; state CLOSE_WAIT\n" },
	{ "ack_counts_without_memory",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1001(1000) ack 1001 nopb\n"
	  "+0      skip\n"
	  "+0      snd_una 1001 ; readable 0\n" },
	{ "pool_is_empty",
	  "0       open passive\n"
	  "+0      pool 0\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 0 ; state ESTABLISHED\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      pool -\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+100ms  skip\n"
	  "+0      read 2000\n" },
	{ "rst_with_an_empty_pool",
	  "0       open passive\n"
	  "+0      pool 0\n"
	  "+0      < R 1:1(0)\n"
	  "+0      state CLOSE ; err ECONNRESET\n" },
	{ "fin_with_an_empty_pool",
	  "0       open passive\n"
	  "+0      pool 0\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      state CLOSE_WAIT\n" },
	{ "prune_leaves_what_is_in_order",
	  "0       open passive\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      prune 10 ; ooo_pbufs 0 ; readable 1000\n"
	  "+0      skip\n"
	  "+0      < . 1001:3001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      read 3000\n" },
	{ "many_small_segments_out_of_order",
	  "0       open passive\n"
	  "+0      < . 101:102(1) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 103:104(1) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 105:106(1) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 107:108(1) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 109:110(1) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1:101(100) ack 1\n"
	  "+0      skip\n"
	  "+0      ooo_pbufs 4..5\n"
	  "+0      < . 101:111(10) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 110\n"
	  "+0      read all\n" },
	{ "numbers_wrap_on_the_way",
	  "0       open passive iss 0xffffff00 irs 0xffffff80\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      read 2000\n"
	  "+0      write 3000\n"
	  "+0      skip\n"
	  "+0      < . 2001:2001(0) ack 3001\n"
	  "+0      flight 0\n" },
};

static const struct tcp_script_case timers_scripts[] = {
	/* 47 */
	{ "probe_and_data_in_flight",
	  "0       open passive win 2000\n"
	  "+0      write 4000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+0      timer RTO on\n"
	  "+210ms~30ms > . 1001:2001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 2001 win 0\n"
	  "+0      timer PERSIST on ; timer RTO off\n"
	  "+1s     skip\n"
	  "+0      < . 1:1(0) ack 2001 win 4000\n"
	  "+0      > . 2001:3001(1000) ack 1\n"
	  "+0      > P. 3001:4001(1000) ack 1\n" },
	/* 45 */
	{ "close_with_a_closed_window_ends",
	  "0       open passive win 1000\n"
	  "+0      write 3000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+0      close\n"
	  "+1000s  skip\n"
	  "+0      state CLOSE\n" },
	{ "half_closed_and_silent",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      close\n"
	  "+0      > F. 1001:1001(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+900s   skip\n"
	  "+0      state CLOSE\n" },
	/* 43 */
	{ "fin_again_after_we_acked",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+0      state FIN_WAIT2\n"
	  "+0      < . 1:101(100) ack 2\n"
	  "+100ms  skip\n"
	  "+0      < . 1:101(100) ack 2\n"
	  "+0      > . 2:2(0) ack 101\n" },
	{ "delayed_ack_goes_with_the_fin",
	  "0       open passive\n"
	  "+0      set quickack_off 1\n"
	  "+0      < . 1:101(100) ack 1\n"
	  "+0      timer DELACK on\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 101\n"
	  "+0      timer DELACK off\n" },
	{ "delayed_ack_is_gone_after_reset",
	  "0       open passive\n"
	  "+0      set quickack_off 1\n"
	  "+0      < . 1:101(100) ack 1\n"
	  "+0      < R 101:101(0)\n"
	  "+1s     quiet ; state CLOSE\n" },
	{ "retransmission_while_corked",
	  "0       open passive\n"
	  "+0      set cork 1\n"
	  "+0      write 1500\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+200ms~30ms > P. 1001:1501(500) ack 1\n"
	  "+300ms  skip\n"
	  "+0      retrans_total >0\n"
	  "+0      < . 1:1(0) ack 1501\n"
	  "+0      flight 0\n" },
	{ "nagle_and_a_lost_segment",
	  "0       open passive\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+0      write 100\n"
	  "+210ms~20ms > . 1:101(100) ack 1\n"
	  "+10ms   < . 1:1(0) ack 101\n"
	  "+0      > P. 101:201(100) ack 1\n" },
	/* what was lost is sent with what was written since, in segments as
	 * ever
	 */
	{ "mss_falls_while_in_flight",
	  "0       open passive mss 1460\n"
	  "+0      write 4380\n"
	  "+0      skip\n"
	  "+0      path 700\n"
	  "+0      skip\n"
	  "+300ms  skip\n"
	  "+0      < . 1:1(0) ack 4381\n"
	  "+0      flight 0 ; lost 0 ; retrans 0\n" },
	{ "mss_falls_to_the_smallest",
	  "0       open passive mss 1460\n"
	  "+0      write 2920\n"
	  "+0      skip\n"
	  "+0      path 88\n"
	  "+0      mss 48\n"
	  "+0      skip\n"
	  "+500ms  skip\n"
	  "+0      < . 1:1(0) ack 2921\n"
	  "+0      flight 0\n" },
	{ "path_grows_again",
	  "0       open passive mss 1460\n"
	  "+0      path 700\n"
	  "+0      mss 660\n"
	  "+0      path 1500\n"
	  "+0      mss 1460\n" },
};

static const struct tcp_script_case congestion_scripts[] = {
	/* 49 */
	{ "smss_is_what_is_really_sent",
	  "0       open passive mss 1460 ts\n"
	  "+0      mss 1448 ; cwnd 14480\n" },
	{ "application_limited_keeps_cwnd",
	  "0       open passive nodelay cwnd 5000\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+10ms   < . 1:1(0) ack 101\n"
	  "+0      write 100\n"
	  "+0      > P. 101:201(100) ack 1\n"
	  "+10ms   < . 1:1(0) ack 201\n"
	  "+0      write 100\n"
	  "+0      > P. 201:301(100) ack 1\n"
	  "+10ms   < . 1:1(0) ack 301\n"
	  "+0      cwnd 5000\n" },
	{ "optimistic_acks_do_not_help",
	  "0       open passive cwnd 2000\n"
	  "+0      write 10000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+1ms    < . 1:1(0) ack 9001\n"
	  "+0      > . 2001:2001(0) ack 1\n"
	  "+0      cwnd 2000 ; verdict tcp_ack_unsent\n" },
	{ "ack_division_does_not_help",
	  "0       open passive cwnd 2000\n"
	  "+0      write 20000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+0      < . 1:1(0) ack 3\n"
	  "+0      < . 1:1(0) ack 4\n"
	  "+0      < . 1:1(0) ack 5\n"
	  "+0      < . 1:1(0) ack 6\n"
	  "+0      skip\n"
	  "+0      cwnd <2100\n" },
	{ "duplicate_acks_forged_in_advance",
	  "0       open passive\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 5001\n"
	  "+0      ca OPEN ; count fast_retrans 0\n" },
};

static const struct tcp_script_case half_open_scripts[] = {
	/* 52; RFC 9293 figures 9 to 11 */
	{ "we_forgot",
	  "0       stray . 100:100(0) ack 300\n"
	  "+0      > R 300:300(0)\n" },
	{ "peer_forgot_and_hears_data",
	  "0       open passive\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+10ms   < R 1:1(0)\n"
	  "+0      state CLOSE ; err ECONNRESET\n" },
	{ "peer_forgot_and_opens_again",
	  "0       open passive\n"
	  "+0      < S 9000:9000(0) win 65535\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+10ms   < R 1:1(0)\n"
	  "+0      state CLOSE\n" },
	{ "old_syn_ack",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+5ms    < S. 5000:5000(0) ack -100 win 65535\n"
	  "+0      > R -100:-100(0)\n"
	  "+0      state SYN_SENT\n"
	  "+5ms    < S. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
};

static const struct tcp_script_case mixed_scripts[] = {
	{ "syn_ack_with_fin",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < SF. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      state CLOSE_WAIT\n" },
	{ "out_of_order_data_completes_a_simultaneous_open",
	  "0       connect sack\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000,sackOK>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+10ms   < . 101:201(100) ack 1\n"
	  "+0      > . 1:1(0) ack 1 <sack 101-201>\n"
	  "+0      state ESTABLISHED\n"
	  "+0      < . 1:101(100) ack 1\n"
	  "+0      > . 1:1(0) ack 201\n"
	  "+0      read 200\n" },
	{ "inexact_rst_in_syn_received",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+10ms   < R 5:5(0)\n"
	  "+0      skip\n"
	  "+0      state SYN_RECV\n" },
	{ "shutdown_in_syn_received",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+0      shutdown\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      state FIN_WAIT1\n" },
	{ "shutdown_twice",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      shutdown\n"
	  "+0      quiet ; state FIN_WAIT1\n" },
	{ "fin_acked_with_data_and_fin",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < F. 1:101(100) ack 2\n"
	  "+0      > . 2:2(0) ack 102\n"
	  "+0      state TIME_WAIT ; readable 100\n"
	  "+0      read 100\n" },
	{ "reader_has_shut_down",
	  "0       open passive\n"
	  "+0      shutread\n"
	  "+0      < . 1:101(100) ack 1\n"
	  "+100ms  skip\n"
	  "+0      state ESTABLISHED\n"
	  "+0      < F. 101:101(0) ack 1\n"
	  "+100ms  skip\n"
	  "+0      state CLOSE_WAIT\n" },
	{ "sack_covers_the_fin",
	  "0       open passive sack\n"
	  "+0      write 3000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+0      > P. 2001:3001(1000) ack 1\n"
	  "+0      shutdown\n"
	  "+0      > F. 3001:3001(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-3002>\n"
	  "+3ms~3ms > . 1:1001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 3002\n"
	  "+0      state FIN_WAIT2 ; flight 0\n" },
	{ "only_the_fin_arrived",
	  "0       open passive sack\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+0      shutdown\n"
	  "+0      > F. 2001:2001(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 2001-2002>\n"
	  "+0      sacked 1\n"
	  "+5ms    skip\n"
	  "+10ms   < . 1:1(0) ack 2002\n"
	  "+0      state FIN_WAIT2 ; sacked 0 ; lost 0 ; retrans 0\n" },
	{ "fin_is_lost",
	  "0       open passive sack\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+0      shutdown\n"
	  "+0      > F. 2001:2001(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2001\n"
	  "+300ms~300ms > F. 2001:2001(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2002\n"
	  "+0      state FIN_WAIT2\n" },
	{ "cwr_not_on_a_retransmission",
	  "0       open passive ecn\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < E. 1:1(0) ack 1001\n"
	  "+210ms~50ms > P. 1001:2001(1000) ack 1 rexmit\n" },
	{ "pacing",
	  "0       open passive nodelay\n"
	  "+0      set pacing 100000\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+0      flight <3000\n"
	  "+100ms  skip\n"
	  "+0      flight 5000\n" },
	{ "tiny_window_and_super_segments",
	  "0       open passive gso 60000 win 1500\n"
	  "+0      write 5000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 1500\n"
	  "+0      > . 1001:2001(1000) ack 1\n" },
	{ "probe_fails",
	  "0       open passive win 1000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+0      fail 1\n"
	  "+600ms~600ms > . 1000:1000(0) ack 1 probe\n"
	  "+0      < . 1:1(0) ack 1001 win 1000\n"
	  "+0      > P. 1001:2001(1000) ack 1\n" },
	{ "keepalive_probe_is_reset",
	  "0       open passive\n"
	  "+0      set keep_idle 10s ; set keepalive 1\n"
	  "+10s~1s > . 0:0(0) ack 1 probe\n"
	  "+10ms   < R 1:1(0)\n"
	  "+0      state CLOSE ; err ECONNRESET\n" },
	{ "keepalive_waits_for_the_window_probes",
	  "0       open passive win 1000\n"
	  "+0      set keep_idle 10s ; set keepalive 1\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+8s     skip\n"
	  "+0      < . 1:1(0) ack 1001 win 0\n"
	  "+0      state ESTABLISHED ; timer PERSIST on\n" },
	{ "rst_ends_the_probes",
	  "0       open passive win 1000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 0\n"
	  "+1s     skip\n"
	  "+0      < R 1:1(0)\n"
	  "+600s   quiet ; state CLOSE\n" },
	{ "segment_larger_than_expected",
	  "0       open passive mss 1000\n"
	  "+0      < . 1:9001(9000) ack 1\n"
	  "+100ms  skip\n"
	  "+0      read 9000\n" },
	{ "ack_and_window_in_one_retransmitted_segment",
	  "0       open passive win 1000\n"
	  "+0      < . 1:101(100) ack 1 win 1000\n"
	  "+0      skip\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 101\n"
	  "+10ms   < . 1:101(100) ack 1001 win 2000\n"
	  "+0      skip\n"
	  "+0      snd_una 1001\n" },
	{ "both_send_at_once_and_one_is_lost",
	  "0       open passive sack\n"
	  "+0      write 3000\n"
	  "+0      skip\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+10ms   < . 1001:2001(1000) ack 1 <sack 1001-3001>\n"
	  "+10ms   skip\n"
	  "+0      retrans_total 1 ; readable 2000\n"
	  "+0      < . 2001:2001(0) ack 3001\n"
	  "+0      flight 0 ; ca OPEN\n" },
	{ "bytes_after_the_handshake_wrap",
	  "0       open passive iss 0xffffffff irs 0xffffffff\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      < . 1:1001(1000) ack 1001\n"
	  "+100ms  skip\n"
	  "+0      read 1000\n"
	  "+0      shutdown\n"
	  "+0      > F. 1001:1001(0) ack 1001\n"
	  "+0      < F. 1001:1001(0) ack 1002\n"
	  "+0      > . 1002:1002(0) ack 1002\n"
	  "+0      state TIME_WAIT\n" },
};

TCP_SCRIPT_TABLE(window);
TCP_SCRIPT_TABLE(queues);
TCP_SCRIPT_TABLE(timers);
TCP_SCRIPT_TABLE(congestion);
TCP_SCRIPT_TABLE(half_open);
TCP_SCRIPT_TABLE(mixed);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(window),
	TCP_SCRIPT_CASE(queues),
	TCP_SCRIPT_CASE(timers),
	TCP_SCRIPT_CASE(congestion),
	TCP_SCRIPT_CASE(half_open),
	TCP_SCRIPT_CASE(mixed),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_pitfalls",
	.test_cases = cases,
};

kunit_test_suite(suite);
