// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data is sent: RFC 9293 3.7.4 (Nagle), 3.8.6.2.1 (silly windows), 3.9.1.2
 * (PSH), 3.8.5 (urgent), 3.8.3 (failures), 3.8.4 (keep-alive), 3.9.2.2 (ICMP).
 */

#include "tcp_script.h"

static const struct tcp_script_case nagle_scripts[] = {
	/* SHLD-7 */
	{ "small_waits_for_the_ack",
	  "0       open passive\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+0      write 100\n"
	  "+0      write 50\n"
	  "+5ms    quiet\n"
	  "+5ms    < . 1:1(0) ack 101\n"
	  "+0      > P. 101:251(150) ack 1\n" },
	{ "full_sized_does_not_wait",
	  "0       open passive\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+0      write 1000\n"
	  "+0      > . 101:1101(1000) ack 1\n" },
	/* MUST-17 */
	{ "nodelay",
	  "0       open passive nodelay\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+0      write 100\n"
	  "+0      > P. 101:201(100) ack 1\n" },
	{ "nodelay_later",
	  "0       open passive\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+0      write 100\n"
	  "+0      quiet\n"
	  "+0      set nodelay 1\n"
	  "+0      > P. 101:201(100) ack 1\n" },
	{ "fin_takes_it_along",
	  "0       open passive\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+0      write 50\n"
	  "+0      quiet\n"
	  "+0      shutdown\n"
	  "+0      > F. 101:151(50) ack 1\n" },
	{ "cork",
	  "0       open passive\n"
	  "+0      set cork 1\n"
	  "+0      write 500\n"
	  "+100ms  quiet\n"
	  "+0      write 600\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      quiet\n"
	  "+0      set cork 0\n"
	  "+0      > P. 1001:1101(100) ack 1\n" },
	{ "cork_ends_by_itself",
	  "0       open passive\n"
	  "+0      set cork 1\n"
	  "+0      write 500\n"
	  "+200ms~20ms > P. 1:501(500) ack 1\n" },
	{ "more",
	  "0       open passive\n"
	  "+0      write 500 more\n"
	  "+0      quiet\n"
	  "+0      write 100\n"
	  "+0      > P. 1:601(600) ack 1\n" },
};

static const struct tcp_script_case pushing_scripts[] = {
	/* MUST-60, MUST-61, SHLD-28 */
	{ "last_segment",
	  "0       open passive\n"
	  "+0      write 2500\n"
	  "+0      > . 1:1001(1000) ack 1 new\n"
	  "+0      > . 1001:2001(1000) ack 1 new\n"
	  "+0      > P. 2001:2501(500) ack 1 new\n" },
	/* SHLD-27 */
	{ "collapsed",
	  "0       open passive\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+0      write 100\n"
	  "+0      write 100\n"
	  "+0      write 100\n"
	  "+10ms   < . 1:1(0) ack 101\n"
	  "+0      > P. 101:401(300) ack 1\n" },
	{ "across_buffers",
	  "0       open passive\n"
	  "+0      set chunk 300\n"
	  "+0      write 3000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+0      > P. 2001:3001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1501\n"
	  "+250ms~60ms > . 1501:2001(500) ack 1\n" },
	{ "super_segment",
	  "0       open passive gso 8000\n"
	  "+0      write 8000\n"
	  "+0      > P. 1:8001(8000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 3001\n"
	  "+250ms~60ms skip\n"
	  "+10ms   < . 1:1(0) ack 8001\n"
	  "+0      flight 0\n" },
};

static const struct tcp_script_case silly_window_scripts[] = {
	/* MUST-38 */
	{ "waits_for_a_full_segment",
	  "0       open passive win 5000\n"
	  "+0      write 8000\n"
	  "+0      > . 1:1001(1000) ack 1\n"
	  "+0      > . 1001:2001(1000) ack 1\n"
	  "+0      > . 2001:3001(1000) ack 1\n"
	  "+0      > . 3001:4001(1000) ack 1\n"
	  "+0      > . 4001:5001(1000) ack 1\n"
	  "+10ms   < . 1:1(0) ack 1001 win 4100\n"
	  "+0      quiet\n"
	  "+0      < . 1:1(0) ack 2001 win 4000\n"
	  "+0      > . 5001:6001(1000) ack 1\n" },
	{ "half_of_the_largest_window",
	  "0       open passive win 400\n"
	  "+0      write 1000\n"
	  "+0      > . 1:401(400) ack 1\n"
	  "+10ms   < . 1:1(0) ack 401 win 250\n"
	  "+0      > . 401:651(250) ack 1\n" },
	{ "is_overridden",
	  "0       open passive win 5000\n"
	  "+0      write 8000\n"
	  "+0      skip\n"
	  "+10ms   < . 1:1(0) ack 5001 win 100\n"
	  "+0      quiet\n"
	  "+500ms~500ms > . 5001:5101(100) ack 1\n" },
};

static const struct tcp_script_case failed_scripts[] = {
	/* the promise: nothing is said to be sent before it was (P5) */
	{ "is_tried_again",
	  "0       open passive\n"
	  "+0      fail 1\n"
	  "+0      write 1000\n"
	  "+0      quiet ; flight 0 ; snd_nxt 1 ; timer SEND on ; timer RTO off\n"
	  "+100ms~100ms > P. 1:1001(1000) ack 1\n"
	  "+0      flight 1000\n" },
	{ "second_of_three",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      fail 1\n"
	  "+0      write 2000\n"
	  "+0      quiet ; flight 1000\n"
	  "+100ms~100ms > . 1001:2001(1000) ack 1\n"
	  "+0      > P. 2001:3001(1000) ack 1\n" },
	{ "again_and_again",
	  "0       open passive\n"
	  "+0      fail 5\n"
	  "+0      write 1000\n"
	  "+2s~2s  > P. 1:1001(1000) ack 1\n" },
	{ "retransmission",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      fail 1\n"
	  "+250ms~60ms skip\n"
	  "+0      flight 1000\n"
	  "+1s     skip\n"
	  "+0      retrans_total >0\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      flight 0\n" },
	{ "ack",
	  "0       open passive\n"
	  "+0      fail 1\n"
	  "+0      < . 1001:2001(1000) ack 1\n"
	  "+0      quiet\n"
	  "+200ms~200ms > . 1:1(0) ack 1\n" },
	{ "syn",
	  "0       fail 1\n"
	  "+0      connect\n"
	  "+0      quiet ; state SYN_SENT ; snd_nxt 0 ; timer RTO off\n"
	  "+200ms~200ms > S 0:0(0)\n"
	  "+0      timer RTO on\n" },
	{ "fin",
	  "0       open passive\n"
	  "+0      fail 1\n"
	  "+0      shutdown\n"
	  "+0      state FIN_WAIT1 ; snd_nxt 1\n"
	  "+200ms~200ms > F. 1:1(0) ack 1\n" },
	{ "reset",
	  "0       open passive\n"
	  "+0      fail 1\n"
	  "+0      abort\n"
	  "+0      state CLOSE\n"
	  "+5s     quiet\n" },
	{ "full_queue_reduces_cwnd",
	  "0       open passive cwnd 20000\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+0      fail 1 ENOBUFS\n"
	  "+0      write 5000\n"
	  "+0      skip\n"
	  "+0      ca CWR ; ssthresh 5000\n" },
};

static const struct tcp_script_case urgent_scripts[] = {
	/* MUST-30, MUST-62: the pointer is the number after the urgent data */
	{ "pointer",
	  "0       open passive\n"
	  "+0      write 100 urgent\n"
	  "+0      > PU. 1:101(100) ack 1 urg 100\n" },
	/* MUST-31 */
	{ "any_length",
	  "0       open passive\n"
	  "+0      write 2500 urgent\n"
	  "+0      > U. 1:1001(1000) ack 1 urg 2500\n"
	  "+0      > U. 1001:2001(1000) ack 1 urg 1500\n"
	  "+0      > PU. 2001:2501(500) ack 1 urg 500\n" },
	{ "ends_with_it",
	  "0       open passive nodelay\n"
	  "+0      write 10 urgent\n"
	  "+0      > PU. 1:11(10) ack 1 urg 10\n"
	  "+0      write 10\n"
	  "+0      > P. 11:21(10) ack 1\n" },
	{ "is_said_in_a_zero_window",
	  "0       open passive win 1000\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      < . 1:1(0) ack 1001 win 0\n"
	  "+0      write 1 urgent\n"
	  "+0      > U. 1001:1001(0) ack 1 urg 1\n" },
	/* MUST-32, MUST-33 */
	{ "arrives",
	  "0       open passive\n"
	  "+0      < PU. 1:101(100) ack 1 urg 100\n"
	  "+0      events URGENT\n"
	  "+0      skip\n"
	  "+0      urg_seq 100\n" },
	{ "arrives_before_its_data",
	  "0       open passive\n"
	  "+0      < U. 1:1(0) ack 1 urg 100\n"
	  "+0      events URGENT ; urg_data 512\n"
	  "+0      skip\n"
	  "+0      < P. 1:101(100) ack 1\n"
	  "+0      skip\n"
	  "+0      urg_seq 100 ; urg_data 256..511\n" },
	{ "advances",
	  "0       open passive\n"
	  "+0      < U. 1:101(100) ack 1 urg 100\n"
	  "+0      events URGENT\n"
	  "+0      skip\n"
	  "+0      < U. 101:201(100) ack 1 urg 100\n"
	  "+0      events URGENT\n"
	  "+0      skip\n"
	  "+0      urg_seq 200\n" },
	{ "said_twice_is_told_once",
	  "0       open passive\n"
	  "+0      < U. 1:51(50) ack 1 urg 100\n"
	  "+0      events URGENT\n"
	  "+0      skip\n"
	  "+0      < U. 51:101(50) ack 1 urg 50\n"
	  "+0      noevents URGENT\n"
	  "+0      skip\n" },
	{ "old_pointer",
	  "0       open passive\n"
	  "+0      < . 1:201(200) ack 1\n"
	  "+0      skip\n"
	  "+0      noevents URGENT\n"
	  "+0      < U. 201:201(0) ack 1 urg 0\n"
	  "+0      noevents URGENT\n" },
	{ "bit_without_pointer",
	  "0       open passive\n"
	  "+0      < . 1:201(200) ack 1 urg 100\n"
	  "+0      noevents URGENT\n"
	  "+0      skip\n" },
};

static const struct tcp_script_case failure_scripts[] = {
	/* MUST-19, MUST-20; R1 is three retransmissions (SHLD-10) */
	{ "backs_off_and_asks_for_another_route",
	  "0       open passive\n"
	  "+0      write 500\n"
	  "+0      > P. 1:501(500) ack 1\n"
	  "+210ms~20ms > P. 1:501(500) ack 1 rexmit\n"
	  "+420ms~40ms > P. 1:501(500) ack 1 rexmit\n"
	  "+840ms~80ms > P. 1:501(500) ack 1 rexmit\n"
	  "+1680ms~160ms > P. 1:501(500) ack 1 rexmit\n"
	  "+0      events REROUTE ; err 0 ; state ESTABLISHED\n" },
	/* SHLD-11: R2 at least 100 seconds */
	{ "r2",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+100s   skip\n"
	  "+0      state ESTABLISHED\n"
	  "+2000s  skip\n"
	  "+0      state CLOSE ; err ETIMEDOUT ; events ERROR CLOSED\n" },
	{ "answer_in_time",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+60s    skip\n"
	  "+0      < . 1:1(0) ack 1001\n"
	  "+0      retries 0 ; timer RTO off\n"
	  "+3000s  quiet ; state ESTABLISHED\n" },
	/* MUST-21, RFC 5482 */
	{ "user_timeout",
	  "0       open passive user_timeout 5s\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+4s     skip\n"
	  "+0      state ESTABLISHED\n"
	  "+3s     skip\n"
	  "+0      state CLOSE ; err ETIMEDOUT\n" },
	{ "user_timeout_starts_anew",
	  "0       open passive user_timeout 5s nodelay\n"
	  "+0      write 100\n"
	  "+0      > P. 1:101(100) ack 1\n"
	  "+3s     skip\n"
	  "+0      < . 1:1(0) ack 101\n"
	  "+0      write 100\n"
	  "+0      > P. 101:201(100) ack 1\n"
	  "+4s     skip\n"
	  "+0      state ESTABLISHED\n" },
	/* TCP_RTO_MAX_MS: 0.2, 0.4, 0.8 s, then one each; R2 has as many */
	{ "pause_is_bounded",
	  "0       open passive\n"
	  "+0      set rto_max 1s\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+10s    skip\n"
	  "+0      retries 11 ; state ESTABLISHED\n"
	  "+6s     skip\n"
	  "+0      state CLOSE ; err ETIMEDOUT\n" },
	/* SHLD-25, MUST-56: told when it times out, no reason to end */
	{ "icmp_unreachable",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      icmp 1 EHOSTUNREACH soft\n"
	  "+0      state ESTABLISHED ; err 0\n"
	  "+2000s  skip\n"
	  "+0      state CLOSE ; err EHOSTUNREACH\n" },
	/* SHLD-26 as RFC 5927 and 1122 have it for synchronized states */
	{ "icmp_hard",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      icmp 1 ECONNREFUSED hard\n"
	  "+0      state ESTABLISHED ; err 0\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      state ESTABLISHED\n" },
	{ "icmp_is_forgotten_after_progress",
	  "0       open passive\n"
	  "+0      write 1000\n"
	  "+0      > P. 1:1001(1000) ack 1\n"
	  "+0      icmp 1 EHOSTUNREACH soft\n"
	  "+10ms   < . 1:1(0) ack 1001\n"
	  "+0      write 1000\n"
	  "+0      > P. 1001:2001(1000) ack 1\n"
	  "+2000s  skip\n"
	  "+0      state CLOSE ; err ETIMEDOUT\n" },
	{ "icmp_too_big",
	  "0       open passive mss 1460 nodelay\n"
	  "+0      write 1460\n"
	  "+0      > P. 1:1461(1460) ack 1\n"
	  "+0      pmtu 1 1000\n"
	  "+0      mss 960\n"
	  "+0      > . 1:961(960) ack 1 rexmit\n"
	  "+0      > P. 961:1461(500) ack 1 rexmit\n"
	  "+0      cwnd 14600 ; count pmtu 1\n"
	  "+10ms   < . 1:1(0) ack 1461\n"
	  "+0      flight 0 ; sacked 0 ; lost 0\n" },
	{ "icmp_too_big_about_nothing_in_flight",
	  "0       open passive mss 1460\n"
	  "+0      pmtu 1 1000\n"
	  "+0      pmtu -5000 1000\n"
	  "+0      mss 1460 ; count pmtu 0\n" },
	{ "icmp_too_big_is_no_larger",
	  "0       open passive mss 1460\n"
	  "+0      write 1460\n"
	  "+0      > P. 1:1461(1460) ack 1\n"
	  "+0      pmtu 1 9000\n"
	  "+0      quiet ; mss 1460\n" },
	{ "icmp_absurdly_small",
	  "0       open passive mss 1460\n"
	  "+0      write 1460\n"
	  "+0      > P. 1:1461(1460) ack 1\n"
	  "+0      pmtu 1 68\n"
	  "+0      skip\n"
	  "+0      mss >27\n" },
	/* RFC 4821 7.7 */
	{ "black_hole",
	  "0       open passive mss 1460\n"
	  "+0      write 1460\n"
	  "+0      > P. 1:1461(1460) ack 1\n"
	  "+30s    skip\n"
	  "+0      count pmtu_blackhole >0 ; mss <1460\n" },
};

static const struct tcp_script_case keepalive_scripts[] = {
	/* MUST-25 */
	{ "off_by_default",
	  "0       open passive\n"
	  "+10800s quiet ; state ESTABLISHED\n" },
	/* MAY-5, MUST-24, MUST-28, SHLD-12 */
	{ "after_two_hours_and_empty",
	  "0       open passive\n"
	  "+0      set keepalive 1\n"
	  "+7199s  quiet\n"
	  "+1s~1s  > . 0:0(0) ack 1 probe\n"
	  "+0      count keepalives 1\n"
	  "+10ms   < . 1:1(0) ack 1\n"
	  "+7200s~2s > . 0:0(0) ack 1 probe\n" },
	/* MUST-27 */
	{ "interval",
	  "0       open passive\n"
	  "+0      set keep_idle 10s ; set keep_intvl 2s ; set keepalive 1\n"
	  "+10s~1s > . 0:0(0) ack 1 probe\n"
	  "+2s~100ms > . 0:0(0) ack 1 probe\n"
	  "+2s~100ms > . 0:0(0) ack 1 probe\n" },
	/* MUST-29 */
	{ "one_answer_is_enough",
	  "0       open passive\n"
	  "+0      set keep_idle 10s ; set keep_intvl 2s ; set keep_cnt 3 ; set keepalive 1\n"
	  "+10s~1s > . 0:0(0) ack 1 probe\n"
	  "+2s~100ms > . 0:0(0) ack 1 probe\n"
	  "+10ms   < . 1:1(0) ack 1\n"
	  "+10s~1s > . 0:0(0) ack 1 probe\n"
	  "+2s~100ms > . 0:0(0) ack 1 probe\n"
	  "+2s~100ms > . 0:0(0) ack 1 probe\n"
	  "+3s     skip\n"
	  "+0      state CLOSE ; err ETIMEDOUT\n" },
	/* MUST-26 */
	{ "only_when_idle",
	  "0       open passive nodelay\n"
	  "+0      set keep_idle 10s ; set keepalive 1\n"
	  "+6s     < . 1:101(100) ack 1\n"
	  "+100ms  skip\n"
	  "+6s     quiet\n"
	  "+4s~1s  > . 0:0(0) ack 101 probe\n"
	  "+10ms   < . 101:101(0) ack 1\n"
	  "+6s     write 100\n"
	  "+0      > P. 1:101(100) ack 101\n"
	  "+10ms   < . 101:101(0) ack 101\n"
	  "+6s     quiet\n" },
	{ "switched_off",
	  "0       open passive\n"
	  "+0      set keep_idle 10s ; set keepalive 1\n"
	  "+5s     set keepalive 0\n"
	  "+100s   quiet ; timer KEEP off\n" },
	/* pitfall 43 */
	{ "is_answered",
	  "0       open passive\n"
	  "+0      < . 0:0(0) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n"
	  "+10s    < . 0:0(0) ack 1\n"
	  "+0      > . 1:1(0) ack 1\n" },
	/* MAY-6 of the peer */
	{ "with_an_octet_is_answered",
	  "0       open passive\n"
	  "+0      < . 1:11(10) ack 1\n"
	  "+100ms  skip\n"
	  "+10s    < . 10:11(1) ack 1\n"
	  "+0      > . 1:1(0) ack 11\n"
	  "+0      readable 10\n" },
	{ "is_answered_in_close_wait",
	  "0       open passive\n"
	  "+0      < F. 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n"
	  "+10s    < . 1:1(0) ack 1\n"
	  "+0      > . 1:1(0) ack 2\n" },
};

TCP_SCRIPT_TABLE(nagle);
TCP_SCRIPT_TABLE(pushing);
TCP_SCRIPT_TABLE(silly_window);
TCP_SCRIPT_TABLE(failed);
TCP_SCRIPT_TABLE(urgent);
TCP_SCRIPT_TABLE(failure);
TCP_SCRIPT_TABLE(keepalive);

static struct kunit_case cases[] = {
	TCP_SCRIPT_CASE(nagle),
	TCP_SCRIPT_CASE(pushing),
	TCP_SCRIPT_CASE(silly_window),
	TCP_SCRIPT_CASE(failed),
	TCP_SCRIPT_CASE(urgent),
	TCP_SCRIPT_CASE(failure),
	TCP_SCRIPT_CASE(keepalive),
	{}
};

static struct kunit_suite suite = {
	.name = "ksmol_tcp_sends",
	.test_cases = cases,
};

kunit_test_suite(suite);
