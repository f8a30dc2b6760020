// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recovery's corners: what happens while another thing happens. The RFCs' plain
 * cases are in tcp_loss_test.c, ECN's in tcp_options_test.c.
 */

#include "tcp_script.h"

static const struct tcp_script_case acks_scripts[] = {
	/* RFC 5961 5, and what it says is news all the same */
	{ "old_ack_with_a_block",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 2001\n"
	  "+0      < . 1:1(0) ack 1001 <sack 4001-5001>\n"
	  "+0      sacked 1000 ; snd_una 2001 ; ca DISORDER\n" },
	{ "older_than_any_window",
	  "0       open passive sack win 2000\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 2001\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 4001\n"
	  "+0      skip\n"
	  "+0      < . 1:1(0) ack 1 <sack 5001-6001>\n"
	  "+0      verdict tcp_ack_old ; sacked 0\n"
	  "+0      skip\n" },
	/* One ACK for many segments counts by its bytes (RFC 3465) */
	{ "stretched_in_slow_start",
	  "0       open passive sack\n"
	  "+0      write 100000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 10001\n"
	  "+0      cwnd 20000 ; flight 20000\n"
	  "+0      skip\n" },
	{ "progress_and_block_in_one",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 3001 <sack 4001-10001>\n"
	  "+0      > . 3001:4001(1000) ack 1 rexmit\n"
	  "+0      ca RECOVERY ; lost 1000 ; sacked 6000\n"
	  "+10ms   < . 1:1(0) ack 10001\n"
	  "+0      ca OPEN ; flight 0\n" },
	{ "all_of_a_super_segment_but_its_head",
	  "0       open passive sack gso 10000\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-10001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      lost 1000 ; sacked 9000\n" },
	{ "super_segment_with_holes",
	  "0       open passive sack gso 10000\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 2001 <sack 3001-5001 6001-10001>\n"
	  "+0      > . 2001:3001(1000) ack 1 rexmit\n"
	  "+0      > . 5001:6001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 10001\n"
	  "+0      ca OPEN ; retrans_total 2\n" },
};

static const struct tcp_script_case undone_scripts[] = {
	/* RFC 3522: the timeout was too early, nothing is sent again */
	{ "timeout_by_timestamps",
	  "0       open passive sack ts mss 1012\n"
	  "+0      write 20000\n"
	  "+0      skip\n"
	  "+0      flight 10000\n"
	  "+400ms  skip\n"
	  "+0      ca LOSS ; ssthresh 5000\n"
	  "+5ms    < . 1:1(0) ack 3001 <ts ecr 1010>\n"
	  "+0      ca OPEN ; lost 0 ; ssthresh >100000 ; cwnd >9999\n"
	  "+0      count spurious 1\n"
	  "+0      skip\n" },
	/* And that it was right is seen likewise */
	{ "timeout_was_right",
	  "0       open passive sack ts mss 1012\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+250ms  skip\n"
	  "+5ms    < . 1:1(0) ack 1001\n"
	  "+0      ca LOSS ; count spurious 0\n"
	  "+0      skip\n" },
	/* The last DSACK comes when recovery is long over */
	{ "late_dsack",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 10001\n"
	  "+0      ca OPEN ; cwnd 5000\n"
	  "+1ms    < . 1:1(0) ack 10001 <sack 1-1001>\n"
	  "+0      cwnd 10000 ; count spurious 1\n" },
	{ "dsack_for_a_part",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 2001-5001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      < . 1:1(0) ack 1 <sack 2001-9001>\n"
	  "+0      > . 1001:2001(1000) ack 1 rexmit\n"
	  "+10ms   < . 1:1(0) ack 10001\n"
	  "+1ms    < . 1:1(0) ack 10001 <sack 1-1001>\n"
	  "+0      cwnd 5000 ; count spurious 0\n" },
	{ "dsack_from_nowhere",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 10001\n"
	  "+1ms    < . 1:1(0) ack 10001 <sack 1-1001>\n"
	  "+0      dsacks_in 1 ; count spurious 0\n" },
};

static const struct tcp_script_case states_scripts[] = {
	/* Slow already for ECE: the loss in the same window changes nothing */
	{ "loss_after_ece",
	  "0       open passive sack ecn\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < E. 1:1(0) ack 1001\n"
	  "+0      ca CWR ; ssthresh 5000\n"
	  "+0      < . 1:1(0) ack 1001 <sack 2001-5001>\n"
	  "+0      ca RECOVERY ; ssthresh 5000\n"
	  "+0      skip\n" },
	{ "ece_in_recovery",
	  "0       open passive sack ecn\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-4001>\n"
	  "+0      ca RECOVERY ; ssthresh 5000\n"
	  "+0      skip\n"
	  "+0      < E. 1:1(0) ack 1 <sack 1001-5001>\n"
	  "+0      ssthresh 5000 ; count ecn_ece 0\n"
	  "+0      skip\n" },
	/* What is lost after recovery's end is a new congestion */
	{ "loss_beyond_high_seq",
	  "0       open passive sack cwnd 20000\n"
	  "+0      write 40000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-20001>\n"
	  "+0      skip\n"
	  "+0      ca RECOVERY ; ssthresh 10000 ; high_seq 20001\n"
	  "+10ms   < . 1:1(0) ack 20001\n"
	  "+0      skip\n"
	  "+0      ca OPEN ; cwnd 10000\n"
	  "+10ms   < . 1:1(0) ack 20001 <sack 21001-24001>\n"
	  "+0      ca RECOVERY ; ssthresh <10000\n"
	  "+0      skip\n" },
	/* A reneging peer's promises are void only after a timeout */
	{ "everything_sacked_but_the_head",
	  "0       open passive sack\n"
	  "+0      write 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-10001>\n"
	  "+0      > . 1:1001(1000) ack 1 rexmit\n"
	  "+230ms~60ms > . 1:1001(1000) ack 1 rexmit\n"
	  "+0      sacked 9000 ; ca LOSS\n"
	  "+10ms   < . 1:1(0) ack 10001\n"
	  "+0      ca OPEN ; flight 0 ; timer RTO off ; timer REO off\n" },
	/* RFC 1191 6.4: too big is not congested */
	{ "path_shrinks",
	  "0       open passive sack\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+0      pmtu 1 700\n"
	  "+0      lost 5000 ; ca LOSS ; ssthresh >100000 ; cwnd 10000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 5001\n"
	  "+0      ca OPEN ; lost 0\n" },
	{ "timers_stop_with_the_last_ack",
	  "0       open passive sack\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      timer REO on ; timer TLP off ; timer RTO on\n"
	  "+1ms    < . 1:1(0) ack 5001\n"
	  "+0      timer REO off ; timer TLP off ; timer RTO off\n" },
};

TCP_SCRIPT_TABLE(acks);
TCP_SCRIPT_TABLE(undone);
TCP_SCRIPT_TABLE(states);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(acks),
	TCP_SCRIPT_CASE(undone),
	TCP_SCRIPT_CASE(states),
	{}
};

static struct kunit_suite recovery_suite = {
	.name = "ksmol_tcp_recovery",
	.test_cases = cases,
};

kunit_test_suite(recovery_suite);
