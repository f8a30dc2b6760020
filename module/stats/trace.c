// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints are made here; include/trace/events/ksmol.h defines them. */

#define CREATE_TRACE_POINTS
#include <trace/events/ksmol.h>
