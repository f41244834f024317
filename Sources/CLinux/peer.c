#define _GNU_SOURCE
#include "CLinux.h"

#include <sys/socket.h>

#define SO_PEERPIDFD_OPTION 77

int clinux_accept(int socket)
{
	return accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int clinux_peer_pidfd(int socket)
{
	int pidfd = -1;
	socklen_t size = sizeof(pidfd);
	return getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD_OPTION, &pidfd, &size) == 0 ? pidfd : -1;
}

int clinux_peer_uid(int socket, uint32_t *uid)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);
	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
		return -1;
	*uid = credentials.uid;
	return 0;
}
