// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loss found by SACK and by time: RFC 6675, 6937 (PRR), 8985 (RACK-TLP), and what
 * is undone (RFC 3522, 3708).
 */

#include "tcp_script.h"

static const struct tcp_script_case sack_scripts[] = {
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

static const struct tcp_script_case prr_scripts[] = {
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

static const struct tcp_script_case rack_scripts[] = {
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

static const struct tcp_script_case undo_scripts[] = {
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

TCP_SCRIPT_TABLE(sack);
TCP_SCRIPT_TABLE(prr);
TCP_SCRIPT_TABLE(rack);
TCP_SCRIPT_TABLE(undo);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(sack),
	TCP_SCRIPT_CASE(prr),
	TCP_SCRIPT_CASE(rack),
	TCP_SCRIPT_CASE(undo),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_loss",
	.test_cases = cases,
};

kunit_test_suite(suite);
