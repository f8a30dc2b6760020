// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections come and go: RFC 9293 3.5, 3.6, 3.10.1 to 3.10.5, 3.10.7.1
 * and 3.10.7.3. Which case stands for which requirement: README.md.
 */

#include "tcp_script.h"

static const struct tcp_script_case opening[] = {
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

static const struct tcp_script_case simultaneous_open[] = {
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

static const struct tcp_script_case closing[] = {
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

static const struct tcp_script_case aborting[] = {
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

static const struct tcp_script_case closed[] = {
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

KUNIT_ARRAY_PARAM(opening, opening, tcp_script_desc);
KUNIT_ARRAY_PARAM(simultaneous_open, simultaneous_open, tcp_script_desc);
KUNIT_ARRAY_PARAM(closing, closing, tcp_script_desc);
KUNIT_ARRAY_PARAM(aborting, aborting, tcp_script_desc);
KUNIT_ARRAY_PARAM(closed, closed, tcp_script_desc);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASES(opening),
	TCP_SCRIPT_CASES(simultaneous_open),
	TCP_SCRIPT_CASES(closing),
	TCP_SCRIPT_CASES(aborting),
	TCP_SCRIPT_CASES(closed),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_open",
	.test_cases = cases,
};

kunit_test_suite(suite);
