//! Disk images: what an image is, and reading and writing its blocks.
