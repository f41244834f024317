/*
 * Connects to segment STEADY, and ROUNDS times to segment FLAPPING, as each line "STEADY FLAPPING ROUNDS" says. Answers how often
 * that succeeded, how often the segment was withdrawn, how often it failed in another way, and the result of mapping STEADY at the end.
 */
#include <rsmapi.h>
#include <stdio.h>

static int connect_and_leave(rsmapi_controller_handle_t controller, unsigned segment)
{
	rsm_memseg_import_handle_t import;
	int result = rsm_memseg_import_connect(controller, 0, segment, RSM_PERM_RDWR, &import);
	if (result == RSM_SUCCESS)
		rsm_memseg_import_disconnect(import);
	return result;
}

static void answer(rsmapi_controller_handle_t controller, unsigned steady, unsigned flapping, unsigned rounds)
{
	unsigned connected = 0, absent = 0, other = 0;
	rsm_memseg_import_handle_t import;
	void *address;
	int result = rsm_memseg_import_connect(controller, 0, steady, RSM_PERM_RDWR, &import);

	for (unsigned i = 0; result == RSM_SUCCESS && i < rounds; i++) {
		int problem = connect_and_leave(controller, flapping);
		if (problem == RSM_SUCCESS)
			connected++;
		else if (problem == RSMERR_SEG_NOT_PUBLISHED || problem == RSMERR_CONN_ABORTED)
			absent++;
		else
			other++;
	}
	if (result == RSM_SUCCESS)
		result = rsm_memseg_import_map(import, &address, RSM_MAP_NONE, RSM_PERM_RDWR, 0, 4096);
	printf("%u %u %u %d\n", connected, absent, other, result);
	fflush(stdout);
}

int main(void)
{
	unsigned steady, flapping, rounds;
	rsmapi_controller_handle_t controller;

	if (rsm_get_controller("loopback", &controller) != RSM_SUCCESS)
		return 1;
	while (scanf("%u %u %u", &steady, &flapping, &rounds) == 3)
		answer(controller, steady, flapping, rounds);
	return 0;
}
