#!/usr/bin/env python3
"""What importer.c does, by way of the segment's file."""
import mmap, os

path = os.environ.get("RSM_MOUNT", "/dev/rsm") + "/segments/6291456/memory"
with open(path, "r+b") as file, mmap.mmap(file.fileno(), os.path.getsize(path)) as memory:
    print("Python finds:", memory[1024:memory.find(b"\0", 1024)].decode())
    memory[1:19] = b"hello from Python\0"
    memory[0] = 1
