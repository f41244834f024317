/* Publishes memory as segment 6291456 (0x600000), and waits until somebody sets its first byte. */
#include <rsmapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = aligned_alloc(page, page);
	rsmapi_controller_handle_t controller;
	rsm_memseg_export_handle_t segment;
	rsm_memseg_id_t id = 6291456;
	rsmapi_access_entry_t access = { 0, 0600 }; /* node 0 is this machine; this user may read and write */
	int error;

	if (memory == NULL)
		return EXIT_FAILURE;
	memset(memory, 0, page);
	strcpy(memory + 1024, "hello from the exporter");
	if ((error = rsm_get_controller("loopback", &controller)) != RSM_SUCCESS ||
	    (error = rsm_memseg_export_create(controller, &segment, memory, page, 0)) != RSM_SUCCESS ||
	    (error = rsm_memseg_export_publish(segment, &id, &access, 1)) != RSM_SUCCESS) {
		fprintf(stderr, "exporter: RSM error %d\n", error);
		return EXIT_FAILURE;
	}
	while (__atomic_load_n(memory, __ATOMIC_ACQUIRE) == 0)
		usleep(1000);
	printf("the exporter finds: %s\n", memory + 1);

	rsm_memseg_export_destroy(segment); /* importers lose it, the exporter keeps its bytes */
	rsm_release_controller(controller);
	free(memory);
	return EXIT_SUCCESS;
}
