// SPDX-License-Identifier: GPL-2.0-only
/*
 * The retransmission timer (RFC 6298).
 */

#include "tcp_script.h"

static const struct tcp_script_case rto_scripts[] = {
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
	/* As Linux has it: the only valid sample under heavy loss */
	{ "backoff_ends_with_a_sack_of_an_original",
	  "0       open passive sack rtt 10ms\n"
	  "+0      write 3000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+0      > P. 2001:3001(1000) ack 1\n"
	  "+1200ms skip\n"
	  "+0      backoff >1\n"
	  "+0      < . 1:1(0) ack 1 <sack 1001-2001>\n"
	  "+0      skip\n"
	  "+0      backoff 0 ; srtt >20ms ; timer RTO on\n" },
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

TCP_SCRIPT_TABLE(rto);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(rto),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_rfc6298",
	.test_cases = cases,
};

kunit_test_suite(suite);
