// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blind attacks (RFC 5961): what is not exact is challenged, not obeyed; and
 * not too often.
 */

#include "tcp_script.h"

static const struct tcp_script_case rst_scripts[] = {
	/* 3.2 */
	{ "exact",
	  "0       open passive\n"
	  "+0      < R 1:1(0)\n"
	  "+0      state CLOSE ; err ECONNRESET\n" },
	{ "next_number",
	  "0       open passive\n"
	  "+0      < R 2:2(0)\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED ; verdict tcp_rst_challenged ; count challenges 1\n" },
	{ "middle_of_the_window",
	  "0       open passive rcvbuf 10000\n"
	  "+0      < R 5000:5000(0)\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
	{ "last_of_the_window",
	  "0       open passive rcvbuf 10000\n"
	  "+0      < R 10000:10000(0)\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
	{ "right_edge",
	  "0       open passive rcvbuf 10000\n"
	  "+0      < R 10002:10002(0)\n"
	  "+0      quiet ; state ESTABLISHED ; verdict tcp_seq\n" },
	{ "before_the_window",
	  "0       open passive\n"
	  "+0      < R 0:0(0)\n"
	  "+0      quiet ; state ESTABLISHED ; verdict tcp_seq\n" },
	{ "far_away",
	  "0       open passive\n"
	  "+0      < R -1000000000:-1000000000(0)\n"
	  "+0      quiet ; state ESTABLISHED\n" },
	/* a peer that really lost the connection answers the challenge */
	{ "challenge_is_answered",
	  "0       open passive\n"
	  "+0      < R 500:500(0)\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+10ms   < R 1:1(0)\n"
	  "+0      state CLOSE ; err ECONNRESET\n" },
	{ "ack_bit_changes_nothing",
	  "0       open passive\n"
	  "+0      < R. 500:500(0) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
	{ "number_of_data_that_waits",
	  "0       open passive\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      < R 2001:2001(0)\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
	{ "fin_wait_1",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      < R 500:500(0)\n"
	  "+0      > . 2:2(0) ack 1\n"
	  "+0      state FIN_WAIT1\n" },
	{ "close_wait",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      < R 500:500(0)\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      state CLOSE_WAIT\n" },
};

static const struct tcp_script_case syn_scripts[] = {
	/* 4.2: whatever its number */
	{ "at_nxt",
	  "0       open passive\n"
	  "+0      < S 1:1(0) win 65535\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED ; verdict tcp_syn_challenged ; count challenges 1\n" },
	{ "in_the_window",
	  "0       open passive\n"
	  "+0      < S 500:500(0) win 65535\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
	{ "outside_the_window",
	  "0       open passive\n"
	  "+0      < S 1000000:1000000(0) win 65535\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
	{ "of_the_handshake",
	  "0       open passive\n"
	  "+0      < S 0:0(0) win 65535\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
	{ "syn_ack_of_the_handshake",
	  "0       open active\n"
	  "+0      < S. 0:0(0) ack 1 win 65535 <mss 1000>\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
	{ "with_data",
	  "0       open passive\n"
	  "+0      < S 1:101(100) win 65535\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      readable 0\n" },
	{ "fin_wait_1",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      < S 500:500(0) win 65535\n"
	  "+0      > . 2:2(0) ack 1\n"
	  "+0      state FIN_WAIT1\n" },
	{ "fin_wait_2",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      < . 1:1(0) ack 2\n"
	  "+0      < S 500:500(0) win 65535\n"
	  "+0      > . 2:2(0) ack 1\n"
	  "+0      state FIN_WAIT2\n" },
	{ "close_wait",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      < S 500:500(0) win 65535\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      state CLOSE_WAIT\n" },
	{ "closing",
	  "0       open passive\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 1\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      < S 500:500(0) win 65535\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      state CLOSING\n" },
	{ "last_ack",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+0      shutdown\n"
	  "+0      > F. 1:1(0) ack 2\n"
	  "+0      < S 500:500(0) win 65535\n"
	  "+0      > . 2:2(0) ack 2\n"
	  "+0      state LAST_ACK\n" },
	/* figure 10 of RFC 9293: the peer forgot, asks, and hears what we
	 * think
	 */
	{ "half_open_peer_recovers",
	  "0       open passive\n"
	  "+0      < S 7000000:7000000(0) win 65535\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+10ms   < R 1:1(0)\n"
	  "+0      state CLOSE ; err ECONNRESET\n" },
};

static const struct tcp_script_case data_scripts[] = {
	/* 5.2: SND.UNA - MAX.SND.WND =< SEG.ACK =< SND.NXT */
	{ "oldest_ack_that_counts",
	  "0       open passive win 1000\n"
	  "+0      write 3000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 1000\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2001 win 1000\n"
	  "+0      > P. 2001:3001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 3001 win 1000\n"
	  "+0      < . 1:101(100) ack 2001\n"
	  "+100ms  skip\n"
	  "+0      readable 100\n" },
	{ "one_before_it",
	  "0       open passive win 1000\n"
	  "+0      write 3000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 1000\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 2001 win 1000\n"
	  "+0      > P. 2001:3001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 3001 win 1000\n"
	  "+0      < . 1:101(100) ack 2000\n"
	  "+0      > . 3001:3001(0) ack 1\n"
	  "+0      readable 0 ; verdict tcp_ack_old\n" },
	{ "newest_ack_that_counts",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      < . 1:101(100) ack 1001\n"
	  "+100ms  skip\n"
	  "+0      readable 100\n" },
	{ "one_after_it",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      < . 1:101(100) ack 1002\n"
	  "+0      > . 1001:1001(0) ack 1\n"
	  "+0      readable 0 ; verdict tcp_ack_unsent ; flight 1000\n" },
	{ "far_away",
	  "0       open passive\n"
	  "+0      < . 1:101(100) ack 2000000000\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      readable 0\n" },
	{ "fin_with_a_bad_ack",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 5000\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+0      state ESTABLISHED\n" },
};

static const struct tcp_script_case rate_scripts[] = {
	/* 7: at most so many in a second */
	{ "rst_flood",
	  "0       open passive\n"
	  "+0      repeat 2000 < R 500:500(0)\n"
	  "+0      count challenges 1..500 ; count challenges_limited >1400\n"
	  "+0      state ESTABLISHED\n"
	  "+2s     < R 500:500(0)\n"
	  "+0      > . 1:1(0) ack 1\n" },
	{ "syn_flood",
	  "0       open passive\n"
	  "+0      repeat 2000 < S 500:500(0) win 65535\n"
	  "+0      count challenges 1..500\n"
	  "+0      state ESTABLISHED\n" },
	{ "ack_flood",
	  "0       open passive\n"
	  "+0      repeat 2000 < . 1:1(0) ack 70000\n"
	  "+0      count challenges 1..500\n"
	  "+0      state ESTABLISHED\n" },
	/* two that answer each other's bad numbers come to an end */
	{ "ack_war",
	  "0       open passive\n"
	  "+0      repeat 2000 < . 1000000:1000000(0) ack 1\n"
	  "+0      segs_in >2000 ; state ESTABLISHED\n" },
	{ "data_goes_on",
	  "0       open passive\n"
	  "+0      repeat 2000 < R 500:500(0)\n"
	  "+0      < . 1:1001(1000) ack 1\n"
	  "+100ms  skip\n"
	  "+0      readable 1000\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1001\n" },
};

TCP_SCRIPT_TABLE(rst);
TCP_SCRIPT_TABLE(syn);
TCP_SCRIPT_TABLE(data);
TCP_SCRIPT_TABLE(rate);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(rst),
	TCP_SCRIPT_CASE(syn),
	TCP_SCRIPT_CASE(data),
	TCP_SCRIPT_CASE(rate),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_rfc5961",
	.test_cases = cases,
};

kunit_test_suite(suite);
