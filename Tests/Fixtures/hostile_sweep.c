/* The commands of hostile that send requests nobody has defined. */
#include <errno.h>
#include <rsm_ctl.h>
#include <stddef.h>

#include "hostile.h"

static const unsigned known[] = { RSM_CTL_HELLO, RSM_CTL_CREATE_HANDLE, RSM_CTL_FREE_HANDLE, RSM_CTL_STRIKE_HANDLE,
	RSM_CTL_SET_MOVING };
#define KNOWN (sizeof(known) / sizeof(known[0]))

static int is_known(unsigned command)
{
	size_t i = 0;
	while (i < KNOWN && known[i] != command)
		i++;
	return i < KNOWN;
}

/* Every size from 0 to 4200 in every direction with every known command number: how many were not refused with ENOTTY. */
void run_sweep(int fd)
{
	static const unsigned numbers[] = { 0x00, 0x01, 0x02, 0x10, 0x11, 0x12, 0x13, 0x14, 0xff };
	static char data[8192];
	unsigned long other = 0, sent = 0;
	for (unsigned size = 0; size <= 4200; size++)
		for (unsigned direction = 0; direction < 4; direction++)
			for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
				unsigned command = _IOC(direction, RSM_CTL_TYPE, numbers[i], size);
				if (is_known(command))
					continue;
				sent++;
				other += request(fd, command, data) != -ENOTTY;
			}
	answer("%lu %lu", other, sent);
}

/* The known commands under every other type byte. */
void run_types(int fd)
{
	static char data[4096];
	unsigned long other = 0;
	for (unsigned type = 0; type < 256; type++) {
		if (type == RSM_CTL_TYPE)
			continue;
		for (size_t i = 0; i < KNOWN; i++)
			other += request(fd, (known[i] & ~0xff00u) | type << 8, data) != -ENOTTY;
	}
	answer("%lu", other);
}
