/* Gets a text from segment 6291456, puts another one there, and sets the first byte. */
#include <rsmapi.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	char theirs[32], ours[] = "hello from the importer";
	uint8_t done = 1;
	rsmapi_controller_handle_t controller;
	rsm_memseg_import_handle_t segment;
	rsmapi_barrier_t barrier; /* with one, each put has arrived when it returns */
	int error;

	if ((error = rsm_get_controller("loopback", &controller)) != RSM_SUCCESS ||
	    (error = rsm_memseg_import_connect(controller, 0, 6291456, RSM_PERM_RDWR, &segment)) != RSM_SUCCESS ||
	    (error = rsm_memseg_import_init_barrier(segment, RSM_BARRIER_SEGMENT, &barrier)) != RSM_SUCCESS ||
	    (error = rsm_memseg_import_get(segment, 1024, theirs, sizeof(theirs))) != RSM_SUCCESS ||
	    (error = rsm_memseg_import_put(segment, 1, ours, sizeof(ours))) != RSM_SUCCESS ||
	    (error = rsm_memseg_import_put8(segment, 0, &done, 1)) != RSM_SUCCESS) {
		fprintf(stderr, "importer: RSM error %d\n", error);
		return EXIT_FAILURE;
	}
	printf("the importer finds: %.32s\n", theirs);

	rsm_memseg_import_destroy_barrier(&barrier);
	rsm_memseg_import_disconnect(segment);
	rsm_release_controller(controller);
	return EXIT_SUCCESS;
}
