/*
 * Connects to segment STEADY, and ROUNDS times to segment FLAPPING, as a line "STEADY FLAPPING ROUNDS" says. Answers how often that
 * succeeded, how often the segment was withdrawn, how often it failed in another way, and the result of mapping STEADY at the end.
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

int main(void)
{
	unsigned steady, flapping, rounds, connected = 0, absent = 0, other = 0;
	rsmapi_controller_handle_t controller;
	rsm_memseg_import_handle_t import;
	void *address;

	if (scanf("%u %u %u", &steady, &flapping, &rounds) != 3 ||
	    rsm_get_controller("loopback", &controller) != RSM_SUCCESS ||
	    rsm_memseg_import_connect(controller, 0, steady, RSM_PERM_RDWR, &import) != RSM_SUCCESS)
		return 1;
	for (unsigned i = 0; i < rounds; i++) {
		int result = connect_and_leave(controller, flapping);
		if (result == RSM_SUCCESS)
			connected++;
		else if (result == RSMERR_SEG_NOT_PUBLISHED || result == RSMERR_CONN_ABORTED)
			absent++;
		else
			other++;
	}
	printf("%u %u %u %d\n", connected, absent, other,
	    rsm_memseg_import_map(import, &address, RSM_MAP_NONE, RSM_PERM_RDWR, 0, 4096));
	return 0;
}
