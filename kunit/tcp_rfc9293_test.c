// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments arrive in synchronized states: the steps of RFC 9293 3.10.7.4 in
 * their order, and when they are acknowledged (3.8.6.3).
 */

#include "tcp_script.h"

static const struct tcp_script_case sequence_scripts[] = {
	/* the four cases of acceptability */
	{ "nothing_at_nxt",
	  "0       open passive\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      quiet ; verdict handled\n" },
	{ "nothing_in_the_window",
	  "0       open passive\n"
	  "+0      < . 100:100(0) ack 1\n"
	  "+0      quiet ; verdict handled\n" },
	{ "nothing_before_it",
	  "0       open passive\n"
	  "+0      < . 0:0(0) ack 1\n"
	  "+0      > . 1:1(0) ack 1 bare\n"
	  "+0      verdict tcp_old\n" },
	{ "nothing_beyond_it",
	  "0       open passive rcvbuf 10000\n"
	  "+0      < . 10002:10002(0) ack 1\n"
	  "+0      > . 1:1(0) ack 1 bare\n"
	  "+0      verdict tcp_seq\n" },
	{ "data_at_nxt",
	  "0       open passive\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      verdict delivered ; readable 1000 ; events READABLE\n"
	  "+0      skip\n"
	  "+0      read 1000\n" },
	{ "data_partly_old",
	  "0       open passive\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 501:1501(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1501\n"
	  "+0      readable 1500\n"
	  "+0      read 1500\n" },
	{ "data_all_old",
	  "0       open passive\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001\n"
	  "+0      verdict tcp_old ; readable 1000\n"
	  "+0      read 1000\n" },
	{ "data_beyond_the_window",
	  "0       open passive rcvbuf 10000\n"
	  "+0      < . 20001:21001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      verdict tcp_seq ; readable 0 ; ooo_pbufs 0\n" },
	/* trimmed to the window (pitfall 42) */
	{ "data_across_the_right_edge",
	  "0       open passive rcvbuf 4000\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 3001:5001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 4000 ; rcv_nxt 4001\n"
	  "+0      read 4000\n"
	  "+0      skip\n" },
	{ "fin_beyond_the_window",
	  "0       open passive rcvbuf 4000\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < F. 3001:5001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      state ESTABLISHED ; rcv_nxt 4001 ; noevents FIN\n" },
	{ "old_fin_bit_on_old_data",
	  "0       open passive\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < F. 501:1001(500) ack 1\n"
	  "+0      skip\n"
	  "+0      state CLOSE_WAIT ; readable 1000\n" },
	/* MUST-66: zero window, yet ACK, RST and URG are processed */
	{ "zero_window_ack",
	  "0       open passive rcvbuf 4000\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      < . 1:2001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:4001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      rcv_wnd 0\n"
	  "+0      < . 4001:4001(0) ack 1001\n"
	  "+0      quiet ; snd_una 1001\n" },
	{ "zero_window_ack_with_data",
	  "0       open passive rcvbuf 4000\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      < . 1:2001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:4001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 4001:5001(1000) ack 1001\n"
	  "+0      > . 1001:1001(0) ack 4001 win 0\n"
	  "+0      snd_una 1001 ; readable 4000\n" },
	{ "zero_window_rst",
	  "0       open passive rcvbuf 4000\n"
	  "+0      < . 1:2001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:4001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      < R 4001:4001(0)\n"
	  "+0      state CLOSE ; err ECONNRESET\n" },
	{ "zero_window_urg",
	  "0       open passive rcvbuf 4000\n"
	  "+0      < . 1:2001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:4001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      < U. 4001:4001(0) ack 1 urg 5\n"
	  "+0      events URGENT\n" },
	{ "zero_window_probe_is_answered",
	  "0       open passive rcvbuf 4000\n"
	  "+0      < . 1:2001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:4001(2000) ack 1\n"
	  "+0      skip\n"
	  "+1s     < . 4000:4000(0) ack 1\n"
	  "+0      > . 1:1(0) ack 4001 win 0\n"
	  "+1s     < . 4001:4002(1) ack 1\n"
	  "+0      > . 1:1(0) ack 4001 win 0\n"
	  "+0      readable 4000\n" },
};

static const struct tcp_script_case reset_scripts[] = {
	{ "exact",
	  "0       open passive\n"
	  "+0      < R 1:1(0)\n"
	  "+0      quiet ; state CLOSE ; err ECONNRESET ; events ERROR CLOSED\n" },
	{ "exact_after_data",
	  "0       open passive\n"
	  "+0      < . 1:101(100) ack 1\n"
	  "+0      skip\n"
	  "+0      < R. 101:101(0) ack 1\n"
	  "+0      state CLOSE ; err ECONNRESET ; readable 100\n"
	  "+0      read 100\n" },
	/* SHLD-2 */
	{ "with_data",
	  "0       open passive\n"
	  "+0      < R 1:51(50)\n"
	  "+0      quiet ; state CLOSE ; err ECONNRESET ; readable 0\n" },
	{ "any_ack_will_do",
	  "0       open passive\n"
	  "+0      < R. 1:1(0) ack 5000\n"
	  "+0      quiet ; state CLOSE ; err ECONNRESET\n" },
	{ "fin_wait_1",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      < R 1:1(0)\n"
	  "+0      state CLOSE ; err ECONNRESET\n" },
	{ "fin_wait_2",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 2\n"
	  "+0      < R 1:1(0)\n"
	  "+0      state CLOSE ; err ECONNRESET\n" },
	{ "close_wait",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      < R 2:2(0)\n"
	  "+0      state CLOSE ; events ERROR CLOSED\n" },
	{ "closing",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      < R 2:2(0)\n"
	  "+0      quiet ; state CLOSE\n" },
	{ "last_ack",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 2\n"
	  "+0      < R 2:2(0)\n"
	  "+0      quiet ; state CLOSE\n" },
	{ "unsent_data_goes",
	  "0       open passive win 1000\n"
	  "+0      write 5000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      < R 1:1(0)\n"
	  "+0      quiet ; state CLOSE\n" },
};

static const struct tcp_script_case acknowledgment_scripts[] = {
	{ "bit_is_off",
	  "0       open passive\n"
	  "+0      < - 1:101(100)\n"
	  "+0      quiet ; verdict tcp_flags ; readable 0\n" },
	{ "of_what_was_never_sent",
	  "0       open passive\n"
	  "+0      < . 1:1(0) ack 5\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      verdict tcp_ack_unsent ; snd_una 1\n" },
	{ "of_what_was_never_sent_with_data",
	  "0       open passive\n"
	  "+0      < . 1:101(100) ack 5\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      verdict tcp_ack_unsent ; readable 0\n" },
	{ "duplicate",
	  "0       open passive\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 1\n"
	  "+0      quiet ; snd_una 1\n" },
	{ "old_one_with_data",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      < . 1:101(100) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 100 ; snd_una 1001\n" },
	{ "of_a_part_of_a_segment",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 501\n"
	  "+0      snd_una 501 ; flight 500\n"
	  "+250ms~60ms > P. 501:1001(500) ack 1\n" },
	{ "releases_the_send_queue",
	  "0       open passive\n"
	  "+0      set chunk 500\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2001\n"
	  "+0      events WRITABLE ; snd_una 2001 ; timer RTO off\n" },
	/* SND.WL1, SND.WL2 */
	{ "window_of_a_newer_segment",
	  "0       open passive win 1000\n"
	  "+0      < . 1:1(0) ack 1 win 2000\n"
	  "+0      snd_wnd 2000\n"
	  "+0      < . 1:1(0) ack 1 win 500\n"
	  "+0      snd_wnd 500\n" },
	{ "window_of_an_older_segment",
	  "0       open passive win 5000\n"
	  "+0      < . 1:101(100) ack 1 win 5000\n"
	  "+0      skip\n"
	  "+0      < . 101:151(50) ack 1 win 6000\n"
	  "+0      snd_wnd 6000\n"
	  "+50ms   skip\n"
	  "+0      < . 51:201(150) ack 1 win 100\n"
	  "+50ms   skip\n"
	  "+0      snd_wnd 6000 ; readable 200\n" },
	{ "window_of_an_older_ack",
	  "0       open passive win 5000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2001 win 9000\n"
	  "+0      snd_wnd 9000\n"
	  "+0      < . 1:1(0) ack 1001 win 100\n"
	  "+0      snd_wnd 9000\n" },
	/* MUST-1, REC-1 */
	{ "window_is_unsigned",
	  "0       open passive win 65535 cwnd 100000 gso 60000\n"
	  "+0      snd_wnd 65535\n"
	  "+0      write 60000\n"
	  "+0      skip\n"
	  "+0      flight 60000\n" },
	{ "window_of_thirty_bits",
	  "0       open passive win 65535 wscale 14\n"
	  "+0      snd_wnd 65535..1073725440\n"
	  "+0      < . 1:1(0) ack 1 win 65535\n"
	  "+0      snd_wnd 1073725440\n" },
};

static const struct tcp_script_case text_scripts[] = {
	{ "in_order",
	  "0       open passive\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+100ms  skip\n"
	  "+0      readable 3000\n"
	  "+0      read 10\n"
	  "+0      read 1990\n"
	  "+0      read all\n"
	  "+0      readable 0\n" },
	/* SHLD-31, MAY-13 */
	{ "out_of_order_is_kept",
	  "0       open passive\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      ooo_bytes 1000 ; ooo_pbufs 1 ; readable 0 ; noevents READABLE\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 2001\n"
	  "+0      readable 2000 ; ooo_pbufs 0\n"
	  "+0      read 2000\n" },
	/* MUST-58, MUST-59: all that is queued, one ACK */
	{ "one_ack_for_all_queued",
	  "0       open passive\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 4001\n"
	  "+200ms  quiet ; readable 4000\n"
	  "+0      read 4000\n" },
	{ "two_gaps",
	  "0       open passive\n"
	  "+0      < . 3001:4001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      ooo_bytes 2000\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 2001\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 4001\n"
	  "+0      read 4000\n" },
	{ "out_of_order_twice",
	  "0       open passive\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      ooo_bytes 1000\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 2001\n"
	  "+0      read 2000\n" },
	{ "out_of_order_overlaps",
	  "0       open passive\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1501:2501(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 501:1501(1000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 701:2901(2200) ack 1\n"
	  "+0      skip\n"
	  "+0      ooo_bytes 2400\n"
	  "+0      < . 1:601(600) ack 1\n"
	  "+0      > . 1:1(0) ack 2901\n"
	  "+0      read 2900\n" },
	{ "new_data_covers_what_waits",
	  "0       open passive\n"
	  "+0      < . 501:601(100) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 801:901(100) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001\n"
	  "+0      ooo_pbufs 0\n"
	  "+0      read 1000\n" },
	{ "fin_out_of_order",
	  "0       open passive\n"
	  "+0      < F. 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED ; fin_early 1\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 2002\n"
	  "+0      state CLOSE_WAIT ; events FIN\n"
	  "+0      read 2000\n" },
	{ "bare_fin_out_of_order",
	  "0       open passive\n"
	  "+0      < F. 1001:1001(0) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1002\n"
	  "+0      state CLOSE_WAIT\n"
	  "+0      read 1000\n" },
	{ "after_fin_is_ignored",
	  "0       open passive\n"
	  "+0      < F. 1:101(100) ack 1\n"
	  "+0      > . 1:1(0) ack 102\n"
	  "+0      < . 102:202(100) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 100 ; rcv_nxt 102 ; state CLOSE_WAIT\n" },
	{ "beyond_an_early_fin_is_ignored",
	  "0       open passive\n"
	  "+0      < F. 1001:1001(0) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      < . 1:2001(2000) ack 1\n"
	  "+0      skip\n"
	  "+0      readable 1000 ; rcv_nxt 1002 ; state CLOSE_WAIT\n"
	  "+0      read 1000\n" },
	{ "fin_again",
	  "0       open passive\n"
	  "+0      < F. 1:101(100) ack 1\n"
	  "+0      > . 1:1(0) ack 102\n"
	  "+50ms   < F. 1:101(100) ack 1\n"
	  "+0      > . 1:1(0) ack 102\n"
	  "+50ms   < F. 101:101(0) ack 1\n"
	  "+0      > . 1:1(0) ack 102\n" },
	{ "merged_segments",
	  "0       open passive\n"
	  "+0      < . 1:20001(20000) ack 1 segs 20\n"
	  "+0      skip\n"
	  "+0      readable 20000 ; rcv_mss 1000\n"
	  "+0      read 20000\n" },
};

static const struct tcp_script_case acking_scripts[] = {
	/* SHLD-18, MUST-40 */
	{ "delayed",
	  "0       open passive\n"
	  "+0      set quickack_off 1\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      timer DELACK on\n"
	  "+30ms   quiet\n"
	  "+200ms~200ms > . 1:1(0) ack 1001\n" },
	/* SHLD-19 */
	{ "every_second_full_sized",
	  "0       open passive\n"
	  "+0      set quickack_off 1\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      quiet\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 2001\n"
	  "+500ms  quiet\n" },
	{ "small_ones_are_not_full_sized",
	  "0       open passive\n"
	  "+0      set quickack_off 1\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 2001\n"
	  "+0      < . 2001:2011(10) ack 1\n"
	  "+0      quiet\n"
	  "+0      < . 2011:2021(10) ack 1\n"
	  "+20ms   quiet\n"
	  "+250ms~250ms > . 1:1(0) ack 2021\n" },
	{ "quick_at_first",
	  "0       open passive\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 2001\n" },
	{ "with_data",
	  "0       open passive\n"
	  "+0      set quickack_off 1\n"
	  "+0      < . 1:101(100) ack 1\n"
	  "+0      quiet\n"
	  "+1ms    write 100\n"
	  "+0      > P. 1:101(100) ack 101\n"
	  "+10ms   < . 101:101(0) ack 101\n"
	  "+500ms  quiet\n" },
	/* The peer can't go on: at once, if the program keeps up */
	{ "window_used_up",
	  "0       open passive rcvbuf 2000\n"
	  "+0      set quickack_off 1\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+1ms    quiet\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 2001 win 0\n" },
	/* else each of its reads tells of more than this could */
	{ "window_used_up_behind",
	  "0       open passive rcvbuf 60000\n"
	  "+0      set quickack_off 1\n"
	  "+0      < . 1:30001(30000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 30001:46001(16000) ack 1\n"
	  "+0      skip\n"
	  "+0      < . 46001:60001(14000) ack 1\n"
	  "+1ms    quiet\n"
	  "+0      read 30000\n"
	  "+0      > . 1:1(0) ack 60001 win >29000\n" },
	{ "gap_filled_at_once",
	  "0       open passive\n"
	  "+0      set quickack_off 1\n"
	  "+0      < . 2001:3001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1001\n" },
	{ "fin_at_once",
	  "0       open passive\n"
	  "+0      set quickack_off 1\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n" },
	{ "acks_are_not_acked",
	  "0       open passive\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+10ms   < . 1:1(0) ack 101\n"
	  "+1s     quiet\n" },
	/* pitfall 48 */
	{ "number_after_a_timeout",
	  "0       open passive\n"
	  "+0      write 3000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+0      > P. 2001:3001(1000) ack 1\n"
	  "+210ms~20ms > . 1:1001(1000) ack 1\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+0      > . 3001:3001(0) ack 1001 bare\n" },
};

TCP_SCRIPT_TABLE(sequence);
TCP_SCRIPT_TABLE(reset);
TCP_SCRIPT_TABLE(acknowledgment);
TCP_SCRIPT_TABLE(text);
TCP_SCRIPT_TABLE(acking);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(sequence),
	TCP_SCRIPT_CASE(reset),
	TCP_SCRIPT_CASE(acknowledgment),
	TCP_SCRIPT_CASE(text),
	TCP_SCRIPT_CASE(acking),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_rfc9293",
	.test_cases = cases,
};

kunit_test_suite(suite);
