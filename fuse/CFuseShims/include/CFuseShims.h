/* What Swift cannot reach of libfuse: bit-fields. And the answers that are the same for every node. */
#ifndef CFUSESHIMS_H
#define CFUSESHIMS_H

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>
#include <linux/fuse.h>

/* direct_io is a bit-field: every read reaches the agent, whatever st_size says. */
void cfuse_set_direct_io(struct fuse_file_info *file);

/* The tree is read-only: answers everything that would change it with EROFS. */
void cfuse_refuse_changes(struct fuse_lowlevel_ops *operations);

#endif
