/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket layer as main.c sees it. Its insides are module/socket/. */
#ifndef _KSMOL_SOCKET_H
#define _KSMOL_SOCKET_H

int ksmol_socket_init(void);
void ksmol_socket_exit(void);

#endif /* _KSMOL_SOCKET_H */
