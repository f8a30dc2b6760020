// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections are closed, aborted, or not there: RFC 9293 3.6, 3.10.4, 3.10.5,
 * 3.10.7.1.
 */

#include "tcp_script.h"

static const struct tcp_script_case closing_scripts[] = {
	/* figure 12 */
	{ "ours_first",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      state FIN_WAIT1\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+0      state FIN_WAIT2\n"
	  "+10ms   < F. 1:1(0) ack 2\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      state TIME_WAIT ; events TIMEWAIT FIN\n" },
	{ "theirs_first",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      state CLOSE_WAIT ; events FIN\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 2\n"
	  "+0      state LAST_ACK\n"
	  "+10ms   < . 2:2(0) ack 2\n"
	  "+0      state CLOSE ; events CLOSED ; err 0\n" },
	{ "fin_acks_fin",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < F. 1:1(0) ack 2\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      state TIME_WAIT\n" },
	/* figure 13 */
	{ "simultaneous",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+5ms    < F. 1:1(0) ack 1\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      state CLOSING\n"
	  "+5ms    < . 2:2(0) ack 2\n"
	  "+0      state TIME_WAIT ; events TIMEWAIT\n" },
	{ "simultaneous__fin_again",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+5ms    < F. 1:1(0) ack 1\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+50ms   < F. 1:1(0) ack 1\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      state CLOSING\n" },
	/* data and FIN cross: the ACK field of the FIN is behind */
	{ "simultaneous__with_data",
	  "0       open passive\n"
	  "+0      write 500\n"
	  "+0      > P. 1:501(500) ack 1\n"
	  "+0      shutdown\n"
	  "+0      > F. 501:501(0) ack 1\n"
	  "+5ms    < F. 1:101(100) ack 1\n"
	  "+0      > . 502:502(0) ack 102\n"
	  "+0      state CLOSING ; readable 100\n"
	  "+5ms    < . 102:102(0) ack 502\n"
	  "+0      state TIME_WAIT\n"
	  "+0      readable 100\n" },
	{ "fin_with_the_last_data",
	  "0       open passive\n"
	  "+0      write 1500 more\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      shutdown\n"
	  "+0      > F. 1001:1501(500) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1502\n"
	  "+0      state FIN_WAIT2\n" },
	{ "fin_waits_for_the_window",
	  "0       open passive win 1000\n"
	  "+0      write 2000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      shutdown\n"
	  "+0      state FIN_WAIT1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 1000\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+0      quiet\n"
	  "+10ms   < . 1:1(0) ack 2001 win 1000\n"
	  "+0      > F. 2001:2001(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2002\n"
	  "+0      state FIN_WAIT2\n" },
	{ "fin_is_repeated",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+210ms~20ms > F. 1:1(0) ack 1\n"
	  "+420ms~40ms > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+0      state FIN_WAIT2 ; timer RTO off\n" },
	{ "partial_ack_leaves_the_fin",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      shutdown\n"
	  "+0      > F. 1001:1001(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      state FIN_WAIT1\n"
	  "+10ms   < . 1:1(0) ack 1002\n"
	  "+0      state FIN_WAIT2\n" },
	{ "data_in_fin_wait_1_and_2",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:101(100) ack 1\n"
	  "+0      skip\n"
	  "+0      state FIN_WAIT1 ; readable 100\n"
	  "+10ms   < . 101:201(100) ack 2\n"
	  "+50ms   skip\n"
	  "+0      state FIN_WAIT2 ; readable 200\n"
	  "+0      read 200\n" },
	{ "data_in_close_wait",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 2\n"
	  "+10ms   < . 2:2(0) ack 101\n"
	  "+0      state CLOSE_WAIT ; snd_una 101\n" },
	{ "fin_with_data",
	  "0       open passive\n"
	  "+0      < F. 1:501(500) ack 1\n"
	  "+0      > . 1:1(0) ack 502\n"
	  "+0      state CLOSE_WAIT ; readable 500 ; events FIN READABLE\n"
	  "+0      read 500\n" },
	/* MUST-13 and MAY-1: who closed with unread data tells that it is lost
	 * (SHLD-3)
	 */
	{ "unread_data_is_reset",
	  "0       open passive\n"
	  "+0      < . 1:101(100) ack 1\n"
	  "+0      skip\n"
	  "+0      close\n"
	  "+0      > R. 1:1(0) ack 101\n"
	  "+0      state CLOSE\n" },
	{ "data_after_close_is_reset",
	  "0       open passive\n"
	  "+0      close\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+0      state FIN_WAIT2 ; timer CLOSE on\n"
	  "+10ms   < . 1:101(100) ack 2\n"
	  "+0      > R. 2:2(0)\n"
	  "+0      state CLOSE\n" },
	{ "data_after_close_while_fin_is_out",
	  "0       open passive\n"
	  "+0      close\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:101(100) ack 1\n"
	  "+0      skip\n"
	  "+0      state CLOSE\n" },
	{ "fin_after_close_is_welcome",
	  "0       open passive\n"
	  "+0      close\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+10ms   < F. 1:1(0) ack 2\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      state TIME_WAIT ; err 0\n" },
	/* pitfall 45 */
	{ "fin_wait_2_ends",
	  "0       open passive\n"
	  "+0      close\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+55s    quiet ; state FIN_WAIT2\n"
	  "+10s    skip\n"
	  "+0      state CLOSE\n" },
	{ "fin_wait_2_with_a_reader_waits",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+3600s  quiet ; state FIN_WAIT2\n" },
	{ "linger2",
	  "0       open passive\n"
	  "+0      set linger2 5s\n"
	  "+0      close\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+4s     quiet ; state FIN_WAIT2\n"
	  "+2s     skip\n"
	  "+0      state CLOSE\n" },
	{ "linger2_none",
	  "0       open passive\n"
	  "+0      set linger2 0\n"
	  "+0      close\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+0      skip\n"
	  "+0      state CLOSE\n" },
	{ "orphan_gives_up",
	  "0       open passive\n"
	  "+0      close\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+900s   skip\n"
	  "+0      state CLOSE\n" },
	{ "last_ack_gives_up",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      close\n"
	  "+0      > F. 1:1(0) ack 2\n"
	  "+0      state LAST_ACK\n"
	  "+900s   skip\n"
	  "+0      state CLOSE\n" },
	{ "closing_gives_up",
	  "0       open passive\n"
	  "+0      close\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+5ms    < F. 1:1(0) ack 1\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      state CLOSING\n"
	  "+900s   skip\n"
	  "+0      state CLOSE\n" },
	{ "data_flows_after_close",
	  "0       open passive win 2000\n"
	  "+0      write 4000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+0      close\n"
	  "+0      state FIN_WAIT1\n"
	  "+10ms   < . 1:1(0) ack 2001 win 3000\n"
	  "+0      > . 2001:3001(1000) ack 1\n"
	  "+0      > F. 3001:4001(1000) ack 1\n"
	  "+10ms   < F. 1:1(0) ack 4002\n"
	  "+0      > . 4002:4002(0) ack 2\n"
	  "+0      state TIME_WAIT\n" },
};

static const struct tcp_script_case aborting_scripts[] = {
	/* 3.10.5 */
	{ "syn_sent",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+0      abort\n"
	  "+0      quiet ; state CLOSE\n" },
	{ "syn_received",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+0      abort\n"
	  "+0      > R. 1:1(0)\n"
	  "+0      state CLOSE\n" },
	{ "established",
	  "0       open passive\n"
	  "+0      write 3000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+0      > P. 2001:3001(1000) ack 1\n"
	  "+0      abort\n"
	  "+0      > R. 3001:3001(0)\n"
	  "+0      state CLOSE\n"
	  "+60s    quiet\n" },
	{ "fin_wait_1",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      abort\n"
	  "+0      > R. 2:2(0)\n"
	  "+0      state CLOSE\n" },
	{ "fin_wait_2",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2\n"
	  "+0      abort\n"
	  "+0      > R. 2:2(0)\n"
	  "+0      state CLOSE\n" },
	{ "close_wait",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      abort\n"
	  "+0      > R. 1:1(0)\n"
	  "+0      state CLOSE\n" },
	{ "closing",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+5ms    < F. 1:1(0) ack 1\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      abort\n"
	  "+0      quiet ; state CLOSE\n" },
	{ "last_ack",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 2\n"
	  "+0      abort\n"
	  "+0      quiet ; state CLOSE\n" },
	{ "unsent_data_goes",
	  "0       open passive win 1000\n"
	  "+0      write 5000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      abort\n"
	  "+0      > R. 1001:1001(0)\n"
	  "+0      state CLOSE\n" },
};

static const struct tcp_script_case closed_scripts[] = {
	/* 3.10.7.1: to a segment of no connection; number 0 is 4096 after our
	 * ISS
	 */
	{ "ack",
	  "0       stray . 5:5(0) ack 7\n"
	  "+0      > R 7:7(0)\n" },
	{ "syn",
	  "0       stray S 5:5(0)\n"
	  "+0      > R. 4096:4096(0) ack 6\n" },
	{ "syn_ack",
	  "0       stray S. 5:5(0) ack 7\n"
	  "+0      > R 7:7(0)\n" },
	{ "data",
	  "0       stray - 5:105(100)\n"
	  "+0      > R. 4096:4096(0) ack 105\n" },
	{ "data_with_ack",
	  "0       stray P. 5:105(100) ack 7\n"
	  "+0      > R 7:7(0)\n" },
	{ "fin",
	  "0       stray F 5:5(0)\n"
	  "+0      > R. 4096:4096(0) ack 6\n" },
	{ "syn_fin_data",
	  "0       stray SF 5:15(10)\n"
	  "+0      > R. 4096:4096(0) ack 17\n" },
	{ "rst",
	  "0       stray R 5:5(0)\n"
	  "+0      quiet\n" },
	{ "rst_ack",
	  "0       stray R. 5:5(0) ack 7\n"
	  "+0      quiet\n" },
};

TCP_SCRIPT_TABLE(closing);
TCP_SCRIPT_TABLE(aborting);
TCP_SCRIPT_TABLE(closed);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(closing),
	TCP_SCRIPT_CASE(aborting),
	TCP_SCRIPT_CASE(closed),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_close",
	.test_cases = cases,
};

kunit_test_suite(suite);
