/*
 * Sends seeded random requests about segments to a mount: to two open files of ctl and to open files of memory, well-formed ones and
 * ones with any part of them changed, of any size, and random questions to the socket. Usage: segfuzz MOUNT SEED COUNT. Prints
 * "SENT GRANTED REFUSED", and waits for the end of standard input.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <rsm_ctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LANES 2
#define FILES 16
#define PAGE 4096UL

union body {
	struct rsm_ctl_slot slot;
	struct rsm_ctl_hello hello;
	struct rsm_ctl_create_export create;
	struct rsm_ctl_destroy_export destroy;
	struct rsm_ctl_publish publish;
	struct rsm_ctl_unpublish unpublish;
	struct rsm_ctl_reserve_export reserve;
	struct rsm_ctl_republish republish;
	struct rsm_ctl_connect connect;
	struct rsm_ctl_disconnect disconnect;
	uint8_t bytes[4096];
	uint64_t words[512];
};

static struct {
	int fd;
	uint64_t sequence;
} lanes[LANES];
static int files[FILES];
static uint64_t state, last_export, last_connection, granted, refused;
static uint32_t last_segment;
static union body *body;

static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t below(uint64_t limit)
{
	return next() % limit;
}

static uint64_t recent(uint64_t last)
{
	return last > 16 ? last - below(16) : last;
}

static uint64_t edge(void)
{
	static const uint64_t edges[] = { 0, 1, 0x3fffff, 0x400000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0666, 0777,
	    4095, 4096, 1UL << 62, 1UL << 63, -4096UL, -1UL };
	return below(3) == 0 ? next() : edges[below(sizeof(edges) / sizeof(edges[0]))];
}

/* Fills the memory of an export, so that it can be published. */
static void fill(uint64_t id)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "grant" };
	struct rsm_grant_request question = { RSM_GRANT_EXPORT, id };
	struct rsm_grant_result result;
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = { &result, sizeof(result) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
	    .msg_controllen = sizeof(control) };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), memory = -1;
	if (below(8) == 0)
		question.what = edge();
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, &question, sizeof(question), MSG_NOSIGNAL) == sizeof(question) &&
	    recvmsg(fd, &message, MSG_CMSG_CLOEXEC) == sizeof(result) && result.code == 0) {
		memcpy(&memory, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
		if (fallocate(memory, 0, 0, 2 * PAGE) == 0)
			granted++;
		close(memory);
	}
	close(fd);
}

static unsigned long prepare(unsigned kind, struct rsm_ctl_slot slot)
{
	memset(body, 0, sizeof(body->create));
	switch (kind) {
	case 0:
		body->create = (struct rsm_ctl_create_export){ .slot = slot, .address = below(1 << 20) * PAGE,
		    .length = (1 + below(2)) * PAGE };
		return RSM_CTL_CREATE_EXPORT;
	case 1:
		body->destroy = (struct rsm_ctl_destroy_export){ .slot = slot, .id = recent(last_export) };
		return RSM_CTL_DESTROY_EXPORT;
	case 2:
	case 3:
		body->publish = (struct rsm_ctl_publish){ .slot = slot, .id = recent(last_export),
		    .segment_id = below(2) ? 0 : 0x400000 + below(8), .mode = 0666 };
		return RSM_CTL_PUBLISH;
	case 4:
		if (below(2)) {
			body->reserve = (struct rsm_ctl_reserve_export){ .slot = slot, .id = recent(last_export) };
			return RSM_CTL_RESERVE_EXPORT;
		}
		body->unpublish = (struct rsm_ctl_unpublish){ .slot = slot, .id = recent(last_export) };
		return RSM_CTL_UNPUBLISH;
	case 5:
		body->republish = (struct rsm_ctl_republish){ .slot = slot, .id = recent(last_export), .mode = below(0700) };
		return RSM_CTL_REPUBLISH;
	case 6:
	case 7:
		body->connect = (struct rsm_ctl_connect){ .segment_id = below(2) ? 0 : last_segment };
		return RSM_CTL_CONNECT;
	default:
		body->disconnect = (struct rsm_ctl_disconnect){ .id = below(2) ? 0 : recent(last_connection) };
		return RSM_CTL_DISCONNECT;
	}
}

static void open_memory(void)
{
	char path[64];
	int *file = &files[below(FILES)];
	close(*file);
	snprintf(path, sizeof(path), "segments/%u/memory", below(4) ? last_segment : 0x400000 + (unsigned)below(8));
	*file = open(path, below(3) | O_CLOEXEC);
	if (*file >= 0 && below(4) == 0)
		pwrite(*file, body, 1 + below(PAGE), (off_t)below(3 * PAGE));
}

static uint32_t reason(unsigned long command)
{
	switch (command) {
	case RSM_CTL_CREATE_EXPORT:
		return body->create.reason;
	case RSM_CTL_PUBLISH:
		return body->publish.reason;
	case RSM_CTL_REPUBLISH:
		return body->republish.reason;
	default:
		return body->destroy.reason; /* and that of UNPUBLISH, which has the same place */
	}
}

static void send_one(void)
{
	unsigned lane = below(LANES), kind = below(10);
	struct rsm_ctl_slot slot = { .slot = 0, .sequence = lanes[lane].sequence + 1 };
	unsigned long command = prepare(kind, slot);
	int fd = kind >= 6 && below(3) ? files[below(FILES)] : lanes[lane].fd;
	int is_good = below(4) != 0;
	for (uint64_t i = is_good ? 0 : 1 + below(3); i > 0; i--)
		body->words[below(8)] = edge();
	if (below(16) == 0)
		command = _IOC(below(4), RSM_CTL_TYPE, 0x20 + below(0x20), below(2) ? below(4096) : _IOC_SIZE(command));
	int result = ioctl(fd, command, body);
	granted += result == 0;
	refused += result != 0;
	if (result < 0)
		return;
	/* A refused request may have used up its sequence number: then the next one of the lane is refused for that. */
	if (fd == lanes[lane].fd && kind < 6 &&
	    (result == 0 || (is_good && reason(command) == RSM_CTL_REASON_BAD_SEQUENCE)))
		lanes[lane].sequence = slot.sequence;
	if (result != 0)
		return;
	if (command == RSM_CTL_CREATE_EXPORT)
		fill(last_export = body->create.id);
	else if (command == RSM_CTL_PUBLISH)
		last_segment = body->publish.segment_id;
	else if (command == RSM_CTL_CONNECT)
		last_connection = body->connect.id;
}

int main(int count, char **arguments)
{
	unsigned long requests = count > 3 ? strtoul(arguments[3], NULL, 0) : 0;
	state = count > 2 ? strtoul(arguments[2], NULL, 0) : 0;
	body = mmap(NULL, sizeof(*body), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (count < 2 || chdir(arguments[1]) != 0)
		return 1;
	for (int i = 0; i < LANES; i++) {
		lanes[i].fd = open("ctl", O_RDWR | O_CLOEXEC);
		body->hello = (struct rsm_ctl_hello){ .abi_version = RSM_CTL_ABI_VERSION };
		if (lanes[i].fd < 0 || ioctl(lanes[i].fd, RSM_CTL_HELLO, body) != 0)
			return 1;
	}
	for (int i = 0; i < FILES; i++)
		files[i] = -1;
	for (unsigned long i = 0; i < requests; i++) {
		send_one();
		if (below(8) == 0)
			open_memory();
	}
	printf("%lu %lu %lu\n", requests, granted, refused);
	fflush(stdout);
	while (getchar() != EOF)
		continue;
	return 0;
}
