/* Pins three ranges of memory, two of which overlap, and holds them for as many seconds as the command line says. */
#include <rsmapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static rsm_localmemory_handle_t pin(rsmapi_controller_handle_t controller, char *address, size_t length)
{
	rsm_localmemory_handle_t handle;
	int error = rsm_create_localmemory_handle(controller, &handle, address, length);

	if (error != RSM_SUCCESS) {
		fprintf(stderr, "first: cannot pin %zu bytes: RSM error %d\n", length, error);
		exit(EXIT_FAILURE);
	}
	printf("pinned %7zu bytes at %p\n", length, (void *)address);
	return handle;
}

int main(int argc, char **argv)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *large = aligned_alloc(page, 256 * page), *small = aligned_alloc(page, 3 * page);
	rsmapi_controller_handle_t controller;
	rsm_localmemory_handle_t handles[3];
	int error;

	if (large == NULL || small == NULL || (error = rsm_get_controller("loopback", &controller)) != RSM_SUCCESS)
		return EXIT_FAILURE;
	handles[0] = pin(controller, large, 192 * page);
	handles[1] = pin(controller, large + 128 * page, 128 * page); /* 64 of these pages are pinned already */
	handles[2] = pin(controller, small, 10000);                   /* not a whole number of pages */
	fflush(stdout);

	sleep(argc > 1 ? (unsigned)atoi(argv[1]) : 0);

	for (int i = 0; i < 3; i++)
		rsm_free_localmemory_handle(controller, handles[i]);
	rsm_release_controller(controller);
	free(small);
	free(large);
	return EXIT_SUCCESS;
}
