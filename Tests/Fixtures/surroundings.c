/*
 * Asks what surrounds a program: the topology, and the segment ids reserved for the application that the command line names. Prints
 * a line for each: the result and what was found, and at last the results of calls with NULL.
 */
#include <rsmapi.h>
#include <stdio.h>

int main(int count, char **arguments)
{
	rsm_topology_t *topology = (rsm_topology_t *)&count;
	int error = rsm_get_interconnect_topology(&topology);
	if (error == RSM_SUCCESS)
		printf("0 %u %u\n", topology->topology_hdr.local_nodeid, topology->topology_hdr.local_cntlr_count);
	else
		printf("%d\n", error);
	rsm_free_interconnect_topology(topology);
	rsm_free_interconnect_topology(NULL);

	rsm_memseg_id_t base = 7;
	uint32_t length = 8;
	const char *application = count > 1 ? arguments[1] : "";
	error = rsm_get_segmentid_range(application, &base, &length);
	printf("%d 0x%x %u\n", error, base, length);

	printf("%d %d %d %d\n", rsm_get_interconnect_topology(NULL), rsm_get_segmentid_range(NULL, &base, &length),
	    rsm_get_segmentid_range(application, NULL, &length), rsm_get_segmentid_range(application, &base, NULL));
	return 0;
}
