/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* What programs need to use ksmol's sockets by name. */
#ifndef _UAPI_LINUX_KSMOL_H
#define _UAPI_LINUX_KSMOL_H

/*
 * The protocol number in socket(AF_INET, SOCK_DGRAM, KSMOL_PROTO), unless the
 * module was loaded with another protocol=. It is above 255, so it can't
 * appear on the wire. One more is for ping sockets.
 */
#define KSMOL_PROTO		257
#define KSMOL_PROTO_PING	(KSMOL_PROTO + 1)

#endif /* _UAPI_LINUX_KSMOL_H */
