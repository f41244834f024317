/*
 * Control ABI between a client library and rsmd: ioctl commands on the file "ctl" of the control filesystem.
 *
 * Every structure is pointer-free, 8-aligned and at most 4 KiB, so that it means the same to a 32-bit caller. Reserved
 * fields must be zero. The result of an ioctl is 0 (done), an RSMERR code (refused, "reason" says why), or -1 with errno
 * for transport only: ENOTTY (no such command or another size), ENOTCONN (rsmd is gone).
 *
 * Opening "ctl" fails with EMFILE when the caller's user has as many files of the filesystem open as rsmd admits.
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
	RSM_CTL_REASON_BAD_TAG = 18          /* more pages tagged than the range has */
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

#define RSM_CTL_TYPE 0xd5
#define RSM_CTL_HELLO _IOWR(RSM_CTL_TYPE, 0x01, struct rsm_ctl_hello)
#define RSM_CTL_CREATE_HANDLE _IOWR(RSM_CTL_TYPE, 0x10, struct rsm_ctl_create_handle)
#define RSM_CTL_FREE_HANDLE _IOWR(RSM_CTL_TYPE, 0x11, struct rsm_ctl_free_handle)
#define RSM_CTL_STRIKE_HANDLE _IOWR(RSM_CTL_TYPE, 0x12, struct rsm_ctl_strike_handle)

/* The same numbers as typed constants, for languages that cannot read computed macros. */
extern const uint32_t rsm_ctl_hello_command;
extern const uint32_t rsm_ctl_create_handle_command;
extern const uint32_t rsm_ctl_free_handle_command;
extern const uint32_t rsm_ctl_strike_handle_command;

#endif
