#include "CFuseShims.h"

#include <errno.h>

void cfuse_set_direct_io(struct fuse_file_info *file)
{
	file->direct_io = 1;
}

static void refuse_mkdir(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode)
{
	(void)parent, (void)name, (void)mode;
	fuse_reply_err(request, EROFS);
}

static void refuse_removal(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	(void)parent, (void)name;
	fuse_reply_err(request, EROFS);
}

static void refuse_symlink(fuse_req_t request, const char *target, fuse_ino_t parent, const char *name)
{
	(void)target, (void)parent, (void)name;
	fuse_reply_err(request, EROFS);
}

static void refuse_rename(fuse_req_t request, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
    const char *new_name, unsigned int flags)
{
	(void)parent, (void)name, (void)new_parent, (void)new_name, (void)flags;
	fuse_reply_err(request, EROFS);
}

static void refuse_link(fuse_req_t request, fuse_ino_t node, fuse_ino_t new_parent, const char *new_name)
{
	(void)node, (void)new_parent, (void)new_name;
	fuse_reply_err(request, EROFS);
}

void cfuse_refuse_changes(struct fuse_lowlevel_ops *operations)
{
	operations->mkdir = refuse_mkdir;
	operations->unlink = refuse_removal;
	operations->rmdir = refuse_removal;
	operations->symlink = refuse_symlink;
	operations->rename = refuse_rename;
	operations->link = refuse_link;
}
