"""What both sides of the wall need of processes: torch made ready, the kernel's calls, and tricks that save time."""
