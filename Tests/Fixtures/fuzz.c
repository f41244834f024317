/*
 * Sends seeded random requests to the ctl file of a mount: well-formed ones, and ones with any part of them changed. Judges the
 * answers where it can. Usage: fuzz MOUNT SEED COUNT. Prints "SENT GRANTED REFUSED VIOLATIONS LIVE", the last being the handles
 * it holds, and waits for the end of standard input.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <rsm_ctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LANES 3
#define LIVE_LIMIT 4096
#define PAGE 4096UL

/* An open file of ctl; the last one never says HELLO. */
struct lane {
	int fd;
	uint64_t sequence[RSM_CTL_SLOTS];
	uint64_t live[LIVE_LIMIT];
	unsigned count;
};

union body {
	struct rsm_ctl_slot slot;
	struct rsm_ctl_hello hello;
	struct rsm_ctl_create_handle create;
	struct rsm_ctl_free_handle free;
	uint8_t bytes[4096];
	uint64_t words[512];
};

static struct lane lanes[LANES];
static int others[2];
static uint64_t state, last_id, granted, refused, violations;
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

static void violation(const char *what, unsigned long command, long result)
{
	if (violations++ < 10)
		fprintf(stderr, "fuzz: %s: command 0x%lx result %ld reason %u\n", what, command, result, body->create.reason);
}

/* A number that somebody might have forgotten about. */
static uint64_t edge(void)
{
	static const uint64_t edges[] = { 0, 1, 63, 64, 4095, 4096, 4097, 0x7ffffffff000, 0x800000000000, 1UL << 62, 1UL << 63,
	    0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, -4096UL, -4095UL, -1UL, -8192UL };
	switch (below(3)) {
	case 0:
		return next();
	case 1:
		return edges[below(sizeof(edges) / sizeof(edges[0]))];
	default:
		return last_id + below(5) - 2;
	}
}

static void prepare_create(struct lane *lane, unsigned slot)
{
	uint64_t length = 1 + below(1 << 20);
	uint64_t address = below(1UL << 40) * PAGE;
	if (below(8) == 0) {
		address = below(4) * PAGE;
		length = -address - PAGE - below(2) * PAGE;
	}
	body->create = (struct rsm_ctl_create_handle){ .slot = { .slot = slot, .sequence = lane->sequence[slot] + 1 },
	    .address = address, .length = length, .tagged = below(2) };
}

static void prepare_free(struct lane *lane, unsigned slot)
{
	body->free = (struct rsm_ctl_free_handle){ .slot = { .slot = slot, .sequence = lane->sequence[slot] + 1 },
	    .id = lane->live[below(lane->count)] };
}

/* Whether the slot's sequence number has been used up by an answered request. */
static int is_kept(unsigned long command, uint64_t slot_reserved, uint32_t reason)
{
	switch (reason) {
	case RSM_CTL_REASON_NONE:
	case RSM_CTL_REASON_BAD_RANGE:
	case RSM_CTL_REASON_BAD_CONTROLLER:
	case RSM_CTL_REASON_NO_SUCH_HANDLE:
	case RSM_CTL_REASON_TABLE_FULL:
	case RSM_CTL_REASON_BAD_TAG:
		return 1;
	default:
		return reason == RSM_CTL_REASON_RESERVED && command == RSM_CTL_CREATE_HANDLE && slot_reserved == 0;
	}
}

static void forget(struct lane *lane, uint64_t id)
{
	for (unsigned i = 0; i < lane->count; i++)
		if (lane->live[i] == id) {
			lane->live[i] = lane->live[--lane->count];
			return;
		}
	violation("freed a handle that was not ours", RSM_CTL_FREE_HANDLE, 0);
}

/* Sends the body and keeps the books. */
static long send_body(struct lane *lane, unsigned long command, int is_well_formed)
{
	struct rsm_ctl_slot slot = body->slot;
	uint64_t id = body->free.id;
	int result = ioctl(lane->fd, command, body);
	if (result != 0) {
		refused++;
		if (is_well_formed)
			violation("refused a well-formed request", command, result < 0 ? -errno : result);
	} else {
		granted++;
	}
	if (result < 0 || slot.slot >= RSM_CTL_SLOTS ||
	    (command != RSM_CTL_CREATE_HANDLE && command != RSM_CTL_FREE_HANDLE && command != RSM_CTL_STRIKE_HANDLE))
		return result;
	uint32_t reason = command == RSM_CTL_CREATE_HANDLE ? body->create.reason : body->free.reason;
	if (slot.sequence != lane->sequence[slot.slot] + 1 || !is_kept(command, slot.reserved, reason))
		return result;
	lane->sequence[slot.slot]++;
	if (result != 0 || command == RSM_CTL_STRIKE_HANDLE)
		return result;
	if (command == RSM_CTL_FREE_HANDLE) {
		forget(lane, id);
		return result;
	}
	if (body->create.id <= last_id)
		violation("gave an id twice", command, result);
	last_id = body->create.id;
	lane->live[lane->count++] = body->create.id;
	return result;
}

/* The same request once more must have the same answer and no other effect. */
static void repeat(struct lane *lane, unsigned long command, const union body *sent, long result)
{
	union body first = *body;
	*body = *sent;
	long second = ioctl(lane->fd, command, body);
	size_t size = command == RSM_CTL_CREATE_HANDLE ? sizeof(body->create) : sizeof(body->free);
	if (second != result || memcmp(body, &first, size) != 0)
		violation("answered a repeated request differently", command, second);
}

static void send_good(struct lane *lane)
{
	unsigned slot = below(RSM_CTL_SLOTS);
	int creates = lane->count == 0 || (lane->count < LIVE_LIMIT / 2 && below(2) == 0);
	/* Both have the same structure. */
	unsigned long removal = below(4) == 0 ? RSM_CTL_STRIKE_HANDLE : RSM_CTL_FREE_HANDLE;
	unsigned long command = creates ? RSM_CTL_CREATE_HANDLE : removal;
	if (creates)
		prepare_create(lane, slot);
	else
		prepare_free(lane, slot);
	union body sent = *body;
	long result = send_body(lane, command, 1);
	if (below(8) == 0)
		repeat(lane, command, &sent, result);
}

static void send_bad(void)
{
	struct lane *lane = &lanes[below(LANES)];
	unsigned slot = below(RSM_CTL_SLOTS);
	unsigned long command = RSM_CTL_HELLO;
	memset(body, 0, sizeof(struct rsm_ctl_hello));
	body->hello.abi_version = RSM_CTL_ABI_VERSION;
	switch (lane == &lanes[LANES - 1] ? 1 + below(2) : below(3)) {
	case 1:
		prepare_create(lane, slot);
		command = RSM_CTL_CREATE_HANDLE;
		break;
	case 2:
		body->free = (struct rsm_ctl_free_handle){ .slot = { slot, 0, lane->sequence[slot] + 1 }, .id = edge() };
		command = below(4) == 0 ? RSM_CTL_STRIKE_HANDLE : RSM_CTL_FREE_HANDLE;
	}
	for (uint64_t i = below(3); i > 0; i--)
		body->words[below(9)] = edge();
	if (below(3) == 0)
		body->bytes[below(72)] ^= 1 << below(8);
	if (lane->count >= LIVE_LIMIT - 1)
		body->create.id |= 1;
	switch (below(12)) {
	case 0:
		ioctl(lane->fd, command ^ (1UL << below(32)), body);
		return;
	case 1:
		ioctl(lane->fd, _IOC(below(4), RSM_CTL_TYPE, below(256), 256 + below(3840)), body);
		return;
	case 2:
		ioctl(others[below(2)], command, body);
		return;
	case 3:
		ioctl(lane->fd, command, (void *)edge());
		return;
	default:
		send_body(lane, command, 0);
	}
}

int main(int count, char **arguments)
{
	char path[512];
	unsigned long live = 0, requests = count > 3 ? strtoul(arguments[3], NULL, 0) : 0;
	state = count > 2 ? strtoul(arguments[2], NULL, 0) : 0;
	body = mmap(NULL, sizeof(*body), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	snprintf(path, sizeof(path), "%s/ctl", count > 1 ? arguments[1] : "");
	for (int i = 0; i < LANES; i++) {
		lanes[i].fd = open(path, O_RDWR | O_CLOEXEC);
		body->hello = (struct rsm_ctl_hello){ .abi_version = RSM_CTL_ABI_VERSION };
		if (lanes[i].fd < 0 || (i < LANES - 1 && ioctl(lanes[i].fd, RSM_CTL_HELLO, body) != 0))
			return 1;
	}
	snprintf(path, sizeof(path), "%s/status", arguments[1]);
	others[0] = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/handles", arguments[1]);
	others[1] = open(path, O_RDONLY | O_CLOEXEC);
	for (unsigned long i = 0; i < requests; i++) {
		if (below(2) == 0)
			send_good(&lanes[below(LANES - 1)]);
		else
			send_bad();
	}
	for (int i = 0; i < LANES; i++)
		live += lanes[i].count;
	printf("%lu %lu %lu %lu %lu\n", requests, granted, refused, violations, live);
	fflush(stdout);
	while (getchar() != EOF)
		continue;
	return 0;
}
