/* flap SEGID: exports a page and publishes and unpublishes it as fast as it can, until it is killed. Says "ready" once. */
#define _GNU_SOURCE
#include "rsm_ctl.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const int length = 4096;
static uint64_t sequence;
static int control;

static struct rsm_ctl_slot slot(void)
{
	return (struct rsm_ctl_slot){ .sequence = ++sequence };
}

static int request(unsigned long command, void *data)
{
	return ioctl(control, command, data);
}

static int ask(uint64_t what, uint64_t id)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "grant" };
	struct rsm_grant_request question = { .what = what, .id = id };
	struct rsm_grant_result result;
	struct iovec part = { &result, sizeof(result) };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} memory = { .bytes = { 0 } };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = memory.bytes,
	    .msg_controllen = sizeof(memory.bytes) };
	int granted = -1, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, &question, sizeof(question), MSG_NOSIGNAL) > 0 && recvmsg(fd, &message, MSG_CMSG_CLOEXEC) > 0 &&
	    message.msg_controllen >= CMSG_LEN(sizeof(int)))
		memcpy(&granted, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	close(fd);
	return granted;
}

static void fill(uint64_t what, uint64_t id)
{
	int memory = ask(what, id);
	if (posix_fallocate(memory, 0, length) != 0)
		exit(1);
	close(memory);
}

static void reserve(uint64_t id)
{
	struct rsm_ctl_reserve_export data = { .slot = slot(), .id = id };
	if (request(RSM_CTL_RESERVE_EXPORT, &data) == 0 && data.moves)
		fill(RSM_GRANT_RESERVE, id);
}

static int unpublish(uint64_t id)
{
	struct rsm_ctl_unpublish data = { .slot = slot(), .id = id };
	return request(RSM_CTL_UNPUBLISH, &data);
}

int main(int count, char **words)
{
	struct rsm_ctl_hello hello = { .abi_version = RSM_CTL_ABI_VERSION };
	struct rsm_ctl_create_export export = { .address = 0x10000, .length = length };
	if (count != 2 || chdir(getenv("RSM_MOUNT")) != 0)
		return 1;
	control = open("ctl", O_RDWR | O_CLOEXEC);
	export.slot = slot();
	if (request(RSM_CTL_HELLO, &hello) != 0 || request(RSM_CTL_CREATE_EXPORT, &export) != 0)
		return 1;
	fill(RSM_GRANT_EXPORT, export.id);
	puts("ready");
	fflush(stdout);
	while (1) {
		struct rsm_ctl_publish publish = { .id = export.id, .mode = 0666, .segment_id = (uint32_t)atol(words[1]) };
		publish.slot = slot();
		if (request(RSM_CTL_PUBLISH, &publish) != 0)
			return 1;
		/* Sometimes it is withdrawn just when somebody opens it. */
		for (volatile long left = random() % 50000; left > 0; left--)
			;
		do
			reserve(export.id);
		while (unpublish(export.id) != 0);
	}
}
