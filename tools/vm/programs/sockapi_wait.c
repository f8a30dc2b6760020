// SPDX-License-Identifier: GPL-2.0-only
/* Waiting: blocking calls, poll, select, epoll, signals. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "sockapi.h"

static char buf[4096];
static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static void catch(int sig)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(sig, &action, NULL);
}

static void say_events(int events)
{
	say("%s%s%s%s", events & POLLIN ? "in" : "", events & POLLOUT ?
	    "out" : "", events & POLLERR ? "err" : "", events ? "" : "-");
}

static void blocking_recv(void)
{
	int fd = udp_helped();

	ask(fd, "!later 100 late");
	say_ret(recv(fd, buf, sizeof(buf), 0));
}

static void poll_states(void)
{
	int fd = udp_helped();

	say_events(poll_for(fd, POLLIN | POLLOUT, 0));
	say_events(poll_for(fd, POLLIN, 100));
	ask(fd, "x");
	say_events(poll_for(fd, POLLIN, 2000));
	say_events(poll_for(fd, POLLIN, 0));
	need("recv", recv(fd, buf, sizeof(buf), 0));
	say_events(poll_for(fd, POLLIN, 0));
}

static void poll_wakes(void)
{
	int fd = udp_helped();

	ask(fd, "!later 100 late");
	say_events(poll_for(fd, POLLIN, 3000));
}

static void select_waits(void)
{
	struct timeval tv = { 3, 0 };
	int fd = udp_helped();
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	say_ret(select(fd + 1, &in, &out, NULL, &tv));
	FD_SET(fd, &in);
	ask(fd, "!later 100 late");
	say_ret(select(fd + 1, &in, NULL, NULL, &tv));
	say("%s", FD_ISSET(fd, &in) ? "readable" : "-");
}

static int epoll_of(int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events };
	int ep = epoll_create1(0);

	need("epoll_ctl", epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
	return ep;
}

static void say_epoll(int ep, int ms)
{
	struct epoll_event ev = {};

	say_events(epoll_wait(ep, &ev, 1, ms) > 0 ? (int)ev.events : 0);
}

static void epoll_level(void)
{
	int fd = udp_helped(), ep = epoll_of(fd, EPOLLIN);

	say_epoll(ep, 50);
	ask(fd, "!later 50 late");
	say_epoll(ep, 3000);
	say_epoll(ep, 0);
	need("recv", recv(fd, buf, sizeof(buf), 0));
	say_epoll(ep, 0);
}

static void epoll_edge(void)
{
	int fd = udp_helped(), ep = epoll_of(fd, EPOLLIN | EPOLLET);

	ask(fd, "!later 50 one");
	say_epoll(ep, 3000);
	say_epoll(ep, 50);
	ask(fd, "!later 50 two");
	say_epoll(ep, 3000);
	need("recv", recv(fd, buf, sizeof(buf), 0));
	say_epoll(ep, 50);
}

static void epoll_oneshot(void)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLONESHOT };
	int fd = udp_helped(), ep = epoll_of(fd, ev.events);

	ask(fd, "one");
	say_epoll(ep, 3000);
	say_epoll(ep, 50);
	need("rearm", epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev));
	say_epoll(ep, 50);
}

static void epoll_writable(void)
{
	int ep = epoll_of(udp_helped(), EPOLLOUT | EPOLLET);

	say_epoll(ep, 0);
	say_epoll(ep, 50);
}

static void sigio(void)
{
	int fd = udp_helped();

	catch(SIGIO);
	need("F_SETOWN", fcntl(fd, F_SETOWN, getpid()));
	need("O_ASYNC", fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK));
	ask(fd, "!later 50 late");
	usleep(20000);
	caught = 0;
	usleep(400000);
	say("%s", caught == SIGIO ? "signal" : "-");
	say_ret(recv(fd, buf, sizeof(buf), 0));
}

/* Fires after @ms, once or again and again. */
static void alarm_in(int ms)
{
	struct itimerval timer = { .it_value = { 0, ms * 1000 } };

	catch(SIGALRM);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void interrupted(void)
{
	int fd = udp_helped();

	alarm_in(100);
	say_ret(recv(fd, buf, sizeof(buf), 0));
	set_timeout(fd, SO_RCVTIMEO, 5000);
	alarm_in(100);
	say_ret(recv(fd, buf, sizeof(buf), 0));
}

/* Restarted, as SA_RESTART asks, and then answered. */
static void restarted(void)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_RESTART };
	struct itimerval timer = { .it_value = { 0, 100000 } };
	int fd = udp_helped();

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	ask(fd, "!later 300 late");
	say_ret(recv(fd, buf, sizeof(buf), 0));
	say("%s", caught == SIGALRM ? "signal" : "-");
}

const struct check wait_checks[] = {
	{ "blocking recv", blocking_recv },
	{ "poll", poll_states },
	{ "poll wakes", poll_wakes },
	{ "select", select_waits },
	{ "epoll level", epoll_level },
	{ "epoll edge", epoll_edge },
	{ "epoll oneshot", epoll_oneshot },
	{ "epoll writable", epoll_writable },
	{ "SIGIO", sigio },
	{ "recv interrupted", interrupted },
	{ "recv restarted", restarted },
	{}
};
