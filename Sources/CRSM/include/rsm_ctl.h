/*
 * Control ABI between a client library and rsmd: ioctl commands on the file "ctl" of the control filesystem.
 *
 * Every structure is pointer-free, 8-aligned and at most 4 KiB, so that it means the same to a 32-bit caller. Reserved
 * fields must be zero. The result of an ioctl is 0 (done), an RSMERR code (refused, "reason" says why), or -1 with errno
 * for transport only: ENOTTY (no such command or another size), ENOTCONN (rsmd is gone).
 *
 * Opening a file fails with EMFILE when the caller's user has as many files of the filesystem open as rsmd admits.
 *
 * Descriptors do not fit an ioctl: they come over the socket "grant" beside "ctl".
 */
#ifndef _RSM_CTL_H
#define _RSM_CTL_H

#include <stdint.h>
#include <sys/ioctl.h>

#define RSM_CTL_ABI_VERSION 1

/* Mutating requests one open file may have outstanding. */
#define RSM_CTL_SLOTS 64

/* The controller number of loopback. */
#define RSM_CTL_LOOPBACK 0

/* Why a request was refused; kept when an RSMERR code alone would leave somebody guessing. */
enum rsm_ctl_reason {
	RSM_CTL_REASON_NONE = 0,
	RSM_CTL_REASON_INVISIBLE_CALLER = 1, /* the caller has no process id in the PID namespace of rsmd */
	RSM_CTL_REASON_ABI_VERSION = 2,      /* rsmd speaks another ABI version; abi_version says which */
	RSM_CTL_REASON_RESERVED = 3,         /* a reserved field is not zero */
	RSM_CTL_REASON_NO_HELLO = 4,         /* HELLO must come first */
	RSM_CTL_REASON_NOT_OWNER = 5,        /* another process said HELLO on this open file */
	RSM_CTL_REASON_BAD_SLOT = 6,         /* slot not below RSM_CTL_SLOTS */
	RSM_CTL_REASON_BAD_SEQUENCE = 7,     /* neither the last sequence number of the slot nor the one after */
	RSM_CTL_REASON_BAD_RANGE = 8,        /* not page aligned, empty, or wraps around */
	RSM_CTL_REASON_BAD_CONTROLLER = 9,   /* no such controller number */
	RSM_CTL_REASON_NO_SUCH_HANDLE = 10,  /* not a live handle of this open file */
	RSM_CTL_REASON_TABLE_FULL = 11,      /* the handle table of rsmd is full */
	RSM_CTL_REASON_NO_DESCRIPTOR = 12,   /* rsmd has no file descriptor left to watch the caller with */
	RSM_CTL_REASON_USER_HANDLES = 13,    /* the user has as many handles as rsmd admits */
	RSM_CTL_REASON_PROCESS_HANDLES = 14, /* the process has as many handles as rsmd admits */
	RSM_CTL_REASON_USER_BYTES = 15,      /* the handles of the user would cover more bytes than rsmd admits */
	RSM_CTL_REASON_PROCESS_BYTES = 16,   /* the handles of the process would cover more bytes than rsmd admits */
	RSM_CTL_REASON_USER_PROCESSES = 17,  /* the user has as many processes at rsmd as it admits */
	RSM_CTL_REASON_BAD_TAG = 18,         /* more pages tagged than the range has */

	RSM_CTL_REASON_NO_SUCH_EXPORT = 32,      /* no live export has that id */
	RSM_CTL_REASON_NOT_EXPORTER = 33,        /* the export is another process's */
	RSM_CTL_REASON_RESERVED_SEGMENT_ID = 34, /* 1 to 0x3fffff, or one of those that rsmd assigns */
	RSM_CTL_REASON_SEGMENT_ID_IN_USE = 35,   /* another export is published under that id */
	RSM_CTL_REASON_ALREADY_PUBLISHED = 36,   /* the export has an id already */
	RSM_CTL_REASON_NOT_PUBLISHED = 37,       /* the export has no id, or the id no export, or no longer the one that was opened */
	RSM_CTL_REASON_BAD_MODE = 38,            /* bits beyond 0666, or an umask beyond 0777 */
	RSM_CTL_REASON_NOT_FILLED = 39,          /* the memory of the export has holes */
	RSM_CTL_REASON_USER_SEGMENTS = 40,       /* the user has as many exports as rsmd admits */
	RSM_CTL_REASON_USER_SEGMENT_BYTES = 41,  /* the exports of the user would have more bytes than rsmd admits */
	RSM_CTL_REASON_USER_CONNECTIONS = 42,    /* the user has as many connections as rsmd admits */
	RSM_CTL_REASON_NO_EXPORT_LEFT = 43,      /* rsmd has as many exports as it has descriptors or generation slots for */
	RSM_CTL_REASON_NO_MEMORY = 44,           /* the kernel makes no file of that size */
	RSM_CTL_REASON_NO_SEGMENT_ID = 45,       /* every id that rsmd assigns is in use */
	RSM_CTL_REASON_NOT_CONNECTED = 46,       /* the open file has no such connection */
	RSM_CTL_REASON_NOT_RESERVED = 47         /* others may hold the memory of the export, and RESERVE_EXPORT must come first */
};

/* Leads every request that changes something. A repeated sequence number is answered from the slot, not carried out. */
struct rsm_ctl_slot {
	uint32_t slot;
	uint32_t reserved;
	uint64_t sequence; /* of this slot: 1 first, then one more each time */
};

/* Says who is calling. The first request on an open file; the caller's process owns what is created on it. */
struct rsm_ctl_hello {
	uint32_t abi_version; /* in: RSM_CTL_ABI_VERSION; out: the version rsmd speaks */
	uint32_t reason;      /* out */
	uint64_t features;    /* in: wanted; out: granted (no bit is defined yet) */
	uint64_t owner;       /* out: pidfs inode of the calling process */
	uint32_t pid;         /* out: process id of the caller as rsmd sees it */
	uint32_t page_size;   /* out: bytes */
	uint64_t max_handles; /* out: live handles rsmd admits in all */
	uint64_t reserved[3];
};

/* Enters a local memory handle for a range the caller has pinned. */
struct rsm_ctl_create_handle {
	struct rsm_ctl_slot slot;
	uint64_t address;    /* page aligned */
	uint64_t length;     /* bytes, not rounded */
	uint32_t controller; /* RSM_CTL_LOOPBACK */
	uint32_t reason;     /* out */
	uint64_t id;         /* out: never 0, never used again */
	uint64_t tagged;     /* pages that carry an identity tag */
};

/* Removes a local memory handle. */
struct rsm_ctl_free_handle {
	struct rsm_ctl_slot slot;
	uint64_t id;
	uint32_t reason; /* out */
	uint32_t reserved;
};

/* Tells that the memory of a handle has become other memory; the caller has undone its pins. The handle stays until it is freed. */
struct rsm_ctl_strike_handle {
	struct rsm_ctl_slot slot;
	uint64_t id;
	uint32_t reason; /* out */
	uint32_t reserved;
};

/*
 * Says that memory of the handles of this open file is moving, or no longer: meanwhile what it looks like means nothing. Not counted;
 * the end of the open file is the end of it.
 */
struct rsm_ctl_set_moving {
	struct rsm_ctl_slot slot;
	uint32_t moving; /* 0 or 1 */
	uint32_t reason; /* out */
};

/*
 * Export segments. rsmd makes the memory, a file in memory that cannot change its size; the exporter gets it by a grant, and fills
 * it before anybody else can reach it. A withdrawal (unpublish, destroy, end of the exporter) counts the generation of the export
 * up, then takes its id away and aborts its connections. If anybody else may hold the memory, "moved" is 1: a destroyed export
 * leaves it to them, and one that is unpublished has other memory now, which RESERVE_EXPORT has made before.
 */

/* Counters of 64 bits in the generation page. 0 is the epoch, the others belong to one live export each, and are never reset. */
#define RSM_CTL_GENERATION_SLOTS 65536

/* The first of the segment ids that rsmd assigns. */
#define RSM_CTL_FIRST_ASSIGNED_ID 0x80000000u

/* The mode that means 0666 without the bits of the umask that CREATE_EXPORT gave. */
#define RSM_CTL_MODE_BY_UMASK 0xffffffffu

/* Makes an export of a range of the caller, whose ids are owner and group of the access list. */
struct rsm_ctl_create_export {
	struct rsm_ctl_slot slot;
	uint64_t address;         /* page aligned */
	uint64_t length;          /* bytes, whole pages */
	uint32_t controller;      /* RSM_CTL_LOOPBACK */
	uint32_t umask;           /* of the caller */
	uint64_t id;              /* out: never 0, never used again */
	uint32_t generation_slot; /* out */
	uint32_t reason;          /* out */
};

/* Withdraws an export and forgets it. */
struct rsm_ctl_destroy_export {
	struct rsm_ctl_slot slot;
	uint64_t id;
	uint32_t reason; /* out */
	uint32_t moved;  /* out */
};

/* Gives an export a segment id, under which others connect. */
struct rsm_ctl_publish {
	struct rsm_ctl_slot slot;
	uint64_t id;
	uint32_t segment_id; /* in: 0 to be given one; out */
	uint32_t mode;       /* of the file "memory": bits of 0666, or RSM_CTL_MODE_BY_UMASK */
	uint32_t reason;     /* out */
	uint32_t reserved;
};

/*
 * Has other memory ready for an export that is to be withdrawn, if anybody else may hold what it has. The exporter gets it by a grant
 * and makes sure that it can move there. Asked again, it answers the same.
 */
struct rsm_ctl_reserve_export {
	struct rsm_ctl_slot slot;
	uint64_t id;
	uint32_t reason; /* out */
	uint32_t moves;  /* out: 1 if there is other memory */
};

/* Withdraws an export, which can be published again. */
struct rsm_ctl_unpublish {
	struct rsm_ctl_slot slot;
	uint64_t id;
	uint32_t reason; /* out */
	uint32_t moved;  /* out */
};

/* Changes who may connect from now on. */
struct rsm_ctl_republish {
	struct rsm_ctl_slot slot;
	uint64_t id;
	uint32_t mode;   /* as for PUBLISH */
	uint32_t reason; /* out */
};

/*
 * Connects to a published export, on an open file of its "memory", whose access mode decides on the rights, or on "ctl" without any.
 * The caller's process has said HELLO on an open file of "ctl". Asked again on the same open file of "memory", it answers again.
 */
struct rsm_ctl_connect {
	uint32_t segment_id;      /* on "memory" 0 or its own */
	uint32_t reason;          /* out */
	uint64_t id;              /* out: of the connection, never used again */
	uint64_t length;          /* out: bytes */
	uint64_t generation;      /* out: the connection lives as long as the counter has this value */
	uint32_t generation_slot; /* out */
	uint32_t rights;          /* out: RSM_PERM_READ, RSM_PERM_WRITE */
	uint32_t passthrough;     /* out: 1 if this open file can be mapped */
	uint32_t reserved;
};

/* Ends a connection of this open file, as closing it does. */
struct rsm_ctl_disconnect {
	uint64_t id;     /* on "memory" 0 or its own */
	uint32_t reason; /* out */
	uint32_t reserved;
};

/*
 * The socket "grant" (SOCK_SEQPACKET): connect, send one request, receive one result with the descriptor. A result is 0, or an
 * RSMERR code without a descriptor. The path of the mount may be too long for the address of a socket: go by way of the working
 * directory, or of /proc/self/fd. rsmd closes a connection that keeps silent, and the oldest of a user who has too many: try again.
 */
enum rsm_grant_what {
	RSM_GRANT_GENERATIONS = 1, /* the generation page, read-only, for every process that has said HELLO */
	RSM_GRANT_EXPORT = 2,      /* the memory of an export, for its exporter */
	RSM_GRANT_CONNECTION = 3,  /* the memory of a connection, for its owner; read-only without RSM_PERM_WRITE */
	RSM_GRANT_RESERVE = 4      /* the memory that RESERVE_EXPORT has made, for the exporter */
};

struct rsm_grant_request {
	uint64_t what;
	uint64_t id; /* of the export or the connection, else 0 */
};

struct rsm_grant_result {
	uint64_t code;
};

#define RSM_CTL_TYPE 0xd5
#define RSM_CTL_HELLO _IOWR(RSM_CTL_TYPE, 0x01, struct rsm_ctl_hello)
#define RSM_CTL_CREATE_HANDLE _IOWR(RSM_CTL_TYPE, 0x10, struct rsm_ctl_create_handle)
#define RSM_CTL_FREE_HANDLE _IOWR(RSM_CTL_TYPE, 0x11, struct rsm_ctl_free_handle)
#define RSM_CTL_STRIKE_HANDLE _IOWR(RSM_CTL_TYPE, 0x12, struct rsm_ctl_strike_handle)
#define RSM_CTL_SET_MOVING _IOWR(RSM_CTL_TYPE, 0x13, struct rsm_ctl_set_moving)
#define RSM_CTL_CREATE_EXPORT _IOWR(RSM_CTL_TYPE, 0x20, struct rsm_ctl_create_export)
#define RSM_CTL_DESTROY_EXPORT _IOWR(RSM_CTL_TYPE, 0x21, struct rsm_ctl_destroy_export)
#define RSM_CTL_PUBLISH _IOWR(RSM_CTL_TYPE, 0x22, struct rsm_ctl_publish)
#define RSM_CTL_UNPUBLISH _IOWR(RSM_CTL_TYPE, 0x23, struct rsm_ctl_unpublish)
#define RSM_CTL_REPUBLISH _IOWR(RSM_CTL_TYPE, 0x24, struct rsm_ctl_republish)
#define RSM_CTL_RESERVE_EXPORT _IOWR(RSM_CTL_TYPE, 0x25, struct rsm_ctl_reserve_export)
#define RSM_CTL_CONNECT _IOWR(RSM_CTL_TYPE, 0x30, struct rsm_ctl_connect)
#define RSM_CTL_DISCONNECT _IOWR(RSM_CTL_TYPE, 0x31, struct rsm_ctl_disconnect)

/* The same numbers as typed constants, for languages that cannot read computed macros. */
extern const uint32_t rsm_ctl_hello_command;
extern const uint32_t rsm_ctl_create_handle_command;
extern const uint32_t rsm_ctl_free_handle_command;
extern const uint32_t rsm_ctl_strike_handle_command;
extern const uint32_t rsm_ctl_set_moving_command;
extern const uint32_t rsm_ctl_create_export_command;
extern const uint32_t rsm_ctl_destroy_export_command;
extern const uint32_t rsm_ctl_publish_command;
extern const uint32_t rsm_ctl_unpublish_command;
extern const uint32_t rsm_ctl_republish_command;
extern const uint32_t rsm_ctl_reserve_export_command;
extern const uint32_t rsm_ctl_connect_command;
extern const uint32_t rsm_ctl_disconnect_command;

#endif
