"""Pages for a browser: one file each, which needs no server, no network and no other file."""
