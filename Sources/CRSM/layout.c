/* Includes every public header and fixes the layout that crosses a library or process boundary. */
#include <rsmapi.h>
#include <rsm_ctl.h>
#include <stddef.h>

const uint32_t rsm_ctl_hello_command = RSM_CTL_HELLO;
const uint32_t rsm_ctl_create_handle_command = RSM_CTL_CREATE_HANDLE;
const uint32_t rsm_ctl_free_handle_command = RSM_CTL_FREE_HANDLE;
const uint32_t rsm_ctl_strike_handle_command = RSM_CTL_STRIKE_HANDLE;
const uint32_t rsm_ctl_set_moving_command = RSM_CTL_SET_MOVING;
const uint32_t rsm_ctl_create_export_command = RSM_CTL_CREATE_EXPORT;
const uint32_t rsm_ctl_destroy_export_command = RSM_CTL_DESTROY_EXPORT;
const uint32_t rsm_ctl_publish_command = RSM_CTL_PUBLISH;
const uint32_t rsm_ctl_unpublish_command = RSM_CTL_UNPUBLISH;
const uint32_t rsm_ctl_republish_command = RSM_CTL_REPUBLISH;
const uint32_t rsm_ctl_reserve_export_command = RSM_CTL_RESERVE_EXPORT;
const uint32_t rsm_ctl_connect_command = RSM_CTL_CONNECT;
const uint32_t rsm_ctl_disconnect_command = RSM_CTL_DISCONNECT;

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " changed its size")
#define OFFSET(type, field, bytes) \
	_Static_assert(offsetof(type, field) == (bytes), #type "." #field " moved")

SIZE(rsm_memseg_export_handle_t, 8);
SIZE(rsm_memseg_import_handle_t, 8);
SIZE(rsm_localmemory_handle_t, 8);
SIZE(rsmapi_controller_handle_t, 8);
SIZE(rsm_addr_t, 8);
SIZE(rsm_node_id_t, 4);
SIZE(rsm_memseg_id_t, 4);
SIZE(rsm_permission_t, 4);
SIZE(rsm_attribute_t, 4);
SIZE(rsm_map_attr_t, 4);
SIZE(rsm_access_size_t, 4);
SIZE(rsm_barrier_type_t, 4);
SIZE(rsm_barrier_mode_t, 4);
SIZE(uint_t, 4);
SIZE(ulong_t, 8);
SIZE(uchar_t, 1);
SIZE(offset_t, 8);
SIZE(caddr_t, 8);
SIZE(nfds_t, 8);

SIZE(rsmapi_controller_attr_t, 64);
OFFSET(rsmapi_controller_attr_t, attr_atomic_sizes, 4);
OFFSET(rsmapi_controller_attr_t, attr_page_size, 8);
OFFSET(rsmapi_controller_attr_t, attr_max_export_segment_size, 16);
OFFSET(rsmapi_controller_attr_t, attr_tot_export_segment_size, 24);
OFFSET(rsmapi_controller_attr_t, attr_max_export_segments, 32);
OFFSET(rsmapi_controller_attr_t, attr_max_import_map_size, 40);
OFFSET(rsmapi_controller_attr_t, attr_tot_import_map_size, 48);
OFFSET(rsmapi_controller_attr_t, attr_max_import_segments, 56);

SIZE(rsmapi_access_entry_t, 8);
OFFSET(rsmapi_access_entry_t, ae_permission, 4);

SIZE(rsmapi_barrier_t, 24);
OFFSET(rsmapi_barrier_t, gnum, 8);
OFFSET(rsmapi_barrier_t, privdata, 16);

SIZE(rsm_iovec_t, 40);
OFFSET(rsm_iovec_t, local, 8);
OFFSET(rsm_iovec_t, local_offset, 16);
OFFSET(rsm_iovec_t, remote_offset, 24);
OFFSET(rsm_iovec_t, transfer_length, 32);

SIZE(rsm_scat_gath_t, 48);
OFFSET(rsm_scat_gath_t, io_request_count, 8);
OFFSET(rsm_scat_gath_t, io_residual_count, 16);
OFFSET(rsm_scat_gath_t, flags, 24);
OFFSET(rsm_scat_gath_t, remote_handle, 32);
OFFSET(rsm_scat_gath_t, iovec, 40);

SIZE(rsm_barrier_component_t, 8);
SIZE(rsm_barrier_t, 32);

SIZE(rsm_topology_hdr_t, 8);
SIZE(rsm_connections_hdr_t, 272);
OFFSET(rsm_connections_hdr_t, local_hwaddr, 256);
OFFSET(rsm_connections_hdr_t, remote_cntlr_count, 264);
SIZE(rsm_remote_cntlr_t, 280);
OFFSET(rsm_remote_cntlr_t, remote_cntlrname, 4);
OFFSET(rsm_remote_cntlr_t, remote_hwaddr, 264);
OFFSET(rsm_remote_cntlr_t, connection_state, 272);
SIZE(rsm_connections_t, 552);
OFFSET(rsm_connections_t, remote_cntlr, 272);
SIZE(rsm_topology_t, 16);
OFFSET(rsm_topology_t, connections, 8);

SIZE(struct rsm_ctl_slot, 16);
OFFSET(struct rsm_ctl_slot, sequence, 8);
SIZE(struct rsm_ctl_hello, 64);
OFFSET(struct rsm_ctl_hello, features, 8);
OFFSET(struct rsm_ctl_hello, owner, 16);
OFFSET(struct rsm_ctl_hello, pid, 24);
OFFSET(struct rsm_ctl_hello, max_handles, 32);
OFFSET(struct rsm_ctl_hello, reserved, 40);
SIZE(struct rsm_ctl_create_handle, 56);
OFFSET(struct rsm_ctl_create_handle, address, 16);
OFFSET(struct rsm_ctl_create_handle, controller, 32);
OFFSET(struct rsm_ctl_create_handle, id, 40);
OFFSET(struct rsm_ctl_create_handle, tagged, 48);
SIZE(struct rsm_ctl_free_handle, 32);
OFFSET(struct rsm_ctl_free_handle, id, 16);
OFFSET(struct rsm_ctl_free_handle, reason, 24);
SIZE(struct rsm_ctl_strike_handle, 32);
OFFSET(struct rsm_ctl_strike_handle, id, 16);
OFFSET(struct rsm_ctl_strike_handle, reason, 24);

SIZE(struct rsm_ctl_set_moving, 24);
OFFSET(struct rsm_ctl_set_moving, moving, 16);
SIZE(struct rsm_ctl_reserve_export, 32);
OFFSET(struct rsm_ctl_reserve_export, id, 16);
OFFSET(struct rsm_ctl_reserve_export, moves, 28);
SIZE(struct rsm_ctl_create_export, 56);
OFFSET(struct rsm_ctl_create_export, address, 16);
OFFSET(struct rsm_ctl_create_export, controller, 32);
OFFSET(struct rsm_ctl_create_export, umask, 36);
OFFSET(struct rsm_ctl_create_export, id, 40);
OFFSET(struct rsm_ctl_create_export, generation_slot, 48);
SIZE(struct rsm_ctl_destroy_export, 32);
OFFSET(struct rsm_ctl_destroy_export, id, 16);
OFFSET(struct rsm_ctl_destroy_export, moved, 28);
SIZE(struct rsm_ctl_publish, 40);
OFFSET(struct rsm_ctl_publish, segment_id, 24);
OFFSET(struct rsm_ctl_publish, mode, 28);
OFFSET(struct rsm_ctl_publish, reason, 32);
SIZE(struct rsm_ctl_unpublish, 32);
OFFSET(struct rsm_ctl_unpublish, id, 16);
OFFSET(struct rsm_ctl_unpublish, moved, 28);
SIZE(struct rsm_ctl_republish, 32);
OFFSET(struct rsm_ctl_republish, mode, 24);
SIZE(struct rsm_ctl_connect, 48);
OFFSET(struct rsm_ctl_connect, id, 8);
OFFSET(struct rsm_ctl_connect, length, 16);
OFFSET(struct rsm_ctl_connect, generation, 24);
OFFSET(struct rsm_ctl_connect, generation_slot, 32);
OFFSET(struct rsm_ctl_connect, passthrough, 40);
SIZE(struct rsm_ctl_disconnect, 16);
OFFSET(struct rsm_ctl_disconnect, reason, 8);
SIZE(struct rsm_grant_request, 16);
OFFSET(struct rsm_grant_request, id, 8);
SIZE(struct rsm_grant_result, 8);
