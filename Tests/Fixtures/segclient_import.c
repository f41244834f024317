/* The commands of segclient about imports and barriers. */
#define _GNU_SOURCE
#include "segclient.h"

#include <string.h>

static rsmapi_barrier_t barriers[8];

static rsmapi_barrier_t *barrier(unsigned long place)
{
	return place == 0 ? NULL : &barriers[place % 8];
}

static void run_vector(int (*transfer)(rsm_scat_gath_t *))
{
	unsigned long *a = argument; /* IMPORT TYPE LOCAL LOCAL-OFFSET REMOTE-OFFSET LENGTH COUNT */
	rsm_iovec_t vector[17];
	for (int i = 0; i < 17; i++) {
		vector[i] = (rsm_iovec_t){ .io_type = a[1], .local_offset = a[3], .remote_offset = a[4], .transfer_length = a[5] };
		if (a[1] == RSM_HANDLE_TYPE)
			vector[i].local.handle = object[a[2] % OBJECTS];
		else
			vector[i].local.vaddr = (caddr_t)a[2];
	}
	rsm_scat_gath_t request = { .io_request_count = a[6], .io_residual_count = 99, .remote_handle = object[a[0]],
		.iovec = vector };
	int rc = transfer(&request);
	answer("%d %lu", rc, request.io_residual_count);
}

static int run_connection(const char *word)
{
	unsigned long *a = argument;
	rsm_memseg_import_handle_t import = object[a[0] % OBJECTS];
	if (strcmp(word, "connect") == 0) { /* CONTROLLER NODE ID PERMISSION PLACE */
		rsm_memseg_import_handle_t made = (rsm_memseg_import_handle_t)&made;
		int rc = rsm_memseg_import_connect(object[a[0]], a[1], a[2], a[3], a[4] == 0 ? NULL : &made);
		if (rc == RSM_SUCCESS)
			object[a[4]] = made;
		answer("%d %s", rc, made == NULL ? "null" : made == (void *)&made ? "untouched" : "set");
	} else if (strcmp(word, "disconnect") == 0) {
		answer("%d", rsm_memseg_import_disconnect(import));
	} else if (strcmp(word, "map") == 0) { /* IMPORT ATTRIBUTE PERMISSION OFFSET LENGTH ADDRESS */
		void *address = (void *)a[5];
		int rc = rsm_memseg_import_map(import, &address, a[1], a[2], (off_t)a[3], a[4]);
		answer("%d 0x%lx", rc, (unsigned long)address);
	} else if (strcmp(word, "map-null") == 0) {
		answer("%d", rsm_memseg_import_map(import, NULL, RSM_MAP_NONE, RSM_PERM_READ, 0, PAGE));
	} else if (strcmp(word, "unmap") == 0) {
		answer("%d", rsm_memseg_import_unmap(import));
	} else {
		return 0;
	}
	return 1;
}

static int run_transfer(const char *word)
{
	unsigned long *a = argument;
	rsm_memseg_import_handle_t import = object[a[0] % OBJECTS];
	if (strcmp(word, "put") == 0) { /* IMPORT OFFSET VALUE */
		answer("%d", rsm_memseg_import_put64(import, (off_t)a[1], &a[2], 1));
	} else if (strcmp(word, "get") == 0) { /* IMPORT OFFSET */
		unsigned long value = 0;
		int rc = rsm_memseg_import_get64(import, (off_t)a[1], &value, 1);
		answer("%d %lu", rc, value);
	} else if (strcmp(word, "put-bytes") == 0) { /* IMPORT OFFSET ADDRESS LENGTH */
		answer("%d", rsm_memseg_import_put(import, (off_t)a[1], (void *)a[2], a[3]));
	} else if (strcmp(word, "get-bytes") == 0) {
		answer("%d", rsm_memseg_import_get(import, (off_t)a[1], (void *)a[2], a[3]));
	} else if (strcmp(word, "putv") == 0) {
		run_vector(rsm_memseg_import_putv);
	} else if (strcmp(word, "getv") == 0) {
		run_vector(rsm_memseg_import_getv);
	} else if (strcmp(word, "putv-null") == 0) {
		answer("%d", rsm_memseg_import_putv(NULL));
	} else if (strcmp(word, "putv-without") == 0) { /* IMPORT: without entries to point to */
		rsm_scat_gath_t request = { .io_request_count = 1, .remote_handle = import };
		answer("%d", rsm_memseg_import_putv(&request));
	} else {
		return 0;
	}
	return 1;
}

static int run_barrier(const char *word)
{
	unsigned long *a = argument;
	rsm_memseg_import_handle_t import = object[a[0] % OBJECTS];
	if (strcmp(word, "init") == 0) { /* IMPORT BARRIER */
		answer("%d", rsm_memseg_import_init_barrier(import, RSM_BAR_DEFAULT, barrier(a[1])));
	} else if (strcmp(word, "forget") == 0) { /* BARRIER */
		answer("%d", rsm_memseg_import_destroy_barrier(barrier(a[0])));
	} else if (strcmp(word, "open-barrier") == 0) {
		answer("%d", rsm_memseg_import_open_barrier(barrier(a[0])));
	} else if (strcmp(word, "order") == 0) {
		answer("%d", rsm_memseg_import_order_barrier(barrier(a[0])));
	} else if (strcmp(word, "close-barrier") == 0) {
		answer("%d", rsm_memseg_import_close_barrier(barrier(a[0])));
	} else if (strcmp(word, "set-mode") == 0) { /* IMPORT MODE */
		answer("%d", rsm_memseg_import_set_mode(import, a[1]));
	} else if (strcmp(word, "get-mode") == 0) {
		rsm_barrier_mode_t mode = 99;
		int rc = rsm_memseg_import_get_mode(import, &mode);
		answer("%d %d", rc, (int)mode);
	} else if (strcmp(word, "get-mode-null") == 0) {
		answer("%d", rsm_memseg_import_get_mode(import, NULL));
	} else {
		return 0;
	}
	return 1;
}

int run_import(const char *word)
{
	return run_connection(word) || run_transfer(word) || run_barrier(word);
}
