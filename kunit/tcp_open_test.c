// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections are opened: RFC 9293 3.5, 3.7.1, 3.10.1 and 3.10.7.3. Which case
 * stands for which requirement: README.md.
 */

#include "tcp_script.h"

static const struct tcp_script_case opening_scripts[] = {
	/* MUST-14 */
	{ "syn_says_mss",
	  "0       connect\n"
	  "+0      > S 0:0(0) <mss 1460>\n"
	  "+0      state SYN_SENT ; timer RTO on\n" },
	/* MUST-67: what the largest packet that can be reassembled leaves */
	{ "mss_follows_the_mtu",
	  "0       connect mtu 1000\n"
	  "+0      > S 0:0(0) <mss 960>\n" },
	{ "three_way",
	  "0       connect\n"
	  "+0      > S 0:0(0) <mss 1460>\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED ; events ESTABLISHED ; timer RTO off\n"
	  "+0      mss 1000 ; snd_wnd 65535\n" },
	/* MUST-15 */
	{ "no_mss_option",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      mss 536\n"
	  "+0      write 1072\n"
	  "+0      > . 1:537(536) ack 1\n"
	  "+0      > P. 537:1073(536) ack 1\n" },
	/* MUST-16 */
	{ "effective_mss_is_the_peers",
	  "0       open active mss 500\n"
	  "+0      mss 500\n"
	  "+0      write 500\n"
	  "+0      > P. 1:501(500) ack 1\n" },
	{ "effective_mss_is_the_paths",
	  "0       open active mss 9000\n"
	  "+0      mss 1460\n" },
	{ "effective_mss_less_timestamps",
	  "0       open active mss 1460 ts\n"
	  "+0      mss 1448\n" },
	{ "effective_mss_as_the_program_says",
	  "0       open active mss 1460 user_mss 700\n"
	  "+0      mss 700\n" },
	{ "mss_of_one",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      mss 48\n" },
	{ "mss_of_zero",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 0>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      mss >47\n" },
	/* SHLD-6 */
	{ "mss_follows_the_path",
	  "0       open passive mss 1460 nodelay\n"
	  "+0      mss 1460\n"
	  "+0      path 700 ; mss 660\n"
	  "+0      write 1000\n"
	  "+0      > . 1:661(660) ack 1\n"
	  "+0      > P. 661:1001(340) ack 1\n" },
	{ "data_with_the_last_ack",
	  "0       accept\n"
	  "+0      < . 1:501(500) ack 1 win 65535\n"
	  "+0      state ESTABLISHED ; readable 500\n"
	  "+0      skip\n"
	  "+0      read 500\n" },
	{ "fin_with_the_last_ack",
	  "0       accept\n"
	  "+0      < F. 1:1(0) ack 1 win 65535\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      state CLOSE_WAIT\n" },
	/* 3.10.7.3, first: SEG.ACK =< ISS or > SND.NXT */
	{ "syn_sent__acks_too_much",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 5 win 65535 <mss 1000>\n"
	  "+0      > R 5:5(0)\n"
	  "+0      state SYN_SENT\n" },
	{ "syn_sent__acks_nothing",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < . 1:1(0) ack 0 win 65535\n"
	  "+0      > R 0:0(0)\n"
	  "+0      state SYN_SENT\n" },
	{ "syn_sent__half_open_peer",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < . 300:300(0) ack 100 win 65535\n"
	  "+0      > R 100:100(0)\n"
	  "+0      state SYN_SENT\n"
	  "+990ms~20ms > S 0:0(0)\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
	{ "syn_sent__bad_ack_with_rst",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < R. 0:0(0) ack 5 win 0\n"
	  "+0      quiet ; state SYN_SENT\n" },
	{ "syn_sent__refused",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < R. 0:0(0) ack 1 win 0\n"
	  "+0      quiet ; state CLOSE ; err ECONNREFUSED ; events ERROR CLOSED\n" },
	{ "syn_sent__rst_without_ack",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < R 1:1(0) win 0\n"
	  "+0      quiet ; state SYN_SENT ; err 0\n" },
	{ "syn_sent__neither_syn_nor_rst",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < . 1:1(0) ack 1 win 65535\n"
	  "+0      quiet ; state SYN_SENT\n" },
	{ "syn_sent__fin",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < F. 1:1(0) ack 1 win 65535\n"
	  "+0      quiet ; state SYN_SENT\n" },
	{ "syn_sent__data_with_syn_ack",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S. 0:100(100) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 101\n"
	  "+0      state ESTABLISHED ; readable 100\n"
	  "+0      read 100\n" },
	{ "data_written_before",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+0      write 500\n"
	  "+10ms   < S. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > P. 1:501(500) ack 1\n"
	  "+0      state ESTABLISHED\n" },
	/* MUST-22 */
	{ "syn_again_and_again",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+1s~20ms > S 0:0(0) rexmit\n"
	  "+2s~20ms > S 0:0(0) rexmit\n"
	  "+4s~20ms > S 0:0(0) rexmit\n"
	  "+8s~20ms > S 0:0(0) rexmit\n" },
	/* MUST-23 */
	{ "syn_for_three_minutes",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+180s   skip\n"
	  "+0      state SYN_SENT\n"
	  "+400s   skip\n"
	  "+0      state CLOSE ; err ETIMEDOUT ; events ERROR CLOSED\n" },
	{ "syn_as_often_as_the_program_says",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+0      set syn_retries 1\n"
	  "+1s~20ms > S 0:0(0)\n"
	  "+3s     quiet ; state CLOSE ; err ETIMEDOUT\n" },
	/* SHLD-25, SHLD-26 while connecting */
	{ "icmp_hard_ends_it",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   icmp 0 ECONNREFUSED hard\n"
	  "+0      state CLOSE ; err ECONNREFUSED\n" },
	{ "icmp_about_another_segment",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   icmp 100 ECONNREFUSED hard\n"
	  "+0      state SYN_SENT ; err 0\n" },
	{ "icmp_soft_is_the_reason",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   icmp 0 EHOSTUNREACH soft\n"
	  "+0      state SYN_SENT\n"
	  "+600s   skip\n"
	  "+0      state CLOSE ; err EHOSTUNREACH\n" },
};

static const struct tcp_script_case simultaneous_open_scripts[] = {
	/* MUST-10; figure 8 */
	{ "syn_ack_completes",
	  "0       connect\n"
	  "+0      > S 0:0(0) <mss 1460>\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+0      state SYN_RECV\n"
	  "+10ms   < S. 0:0(0) ack 1 <mss 1000>\n"
	  "+0      skip\n"
	  "+0      state ESTABLISHED ; events ESTABLISHED ; mss 1000\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n" },
	{ "ack_completes",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED ; snd_una 1\n" },
	{ "data_completes",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+10ms   < . 1:101(100) ack 1\n"
	  "+0      state ESTABLISHED ; readable 100\n"
	  "+0      skip\n"
	  "+0      read 100\n" },
	{ "data_written_before",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+0      write 500\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1\n"
	  "+0      > P. 1:501(500) ack 1\n" },
	{ "syn_ack_is_repeated",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+1s~20ms > S. 0:0(0) ack 1\n" },
	{ "syn_again_is_answered",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+50ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+0      state SYN_RECV\n" },
	/* MUST-11: an active open is refused, a passive one would listen again
	 */
	{ "refused",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+10ms   < R 1:1(0) win 0\n"
	  "+0      quiet ; state CLOSE ; err ECONNREFUSED\n" },
	/* 3.10.7.4, fifth: not SND.UNA < SEG.ACK =< SND.NXT */
	{ "bad_ack_is_reset",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+10ms   < . 1:1(0) ack 7\n"
	  "+0      > R 7:7(0)\n"
	  "+0      state SYN_RECV\n" },
	{ "fin_completes_and_closes",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+10ms   < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      state CLOSE_WAIT\n" },
	{ "gives_up",
	  "0       connect\n"
	  "+0      > S 0:0(0)\n"
	  "+10ms   < S 0:0(0) win 65535 <mss 1000>\n"
	  "+0      > S. 0:0(0) ack 1\n"
	  "+600s   skip\n"
	  "+0      state CLOSE ; err ETIMEDOUT\n" },
	/* options offered in both SYNs hold */
	{ "options",
	  "0       connect sack ts wscale 7\n"
	  "+0      > S 0:0(0) <mss 1460,sackOK,ts,wscale>\n"
	  "+10ms   < S 0:0(0) win 1000 <mss 1000,sackOK,val 77,ecr 0,wscale 3>\n"
	  "+0      > S. 0:0(0) ack 1 <mss 1460,sackOK,ts,ecr 77,wscale>\n"
	  "+10ms   < . 1:1(0) ack 1 win 1000\n"
	  "+0      state ESTABLISHED ; ts_on 1 ; sack_on 1 ; wscale_on 1\n"
	  "+0      snd_wnd 8000\n" },
};

TCP_SCRIPT_TABLE(opening);
TCP_SCRIPT_TABLE(simultaneous_open);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(opening),
	TCP_SCRIPT_CASE(simultaneous_open),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_open",
	.test_cases = cases,
};

kunit_test_suite(suite);
