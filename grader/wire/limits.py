"""How large a message may be: policy, checked before anything is allocated."""

MAX_HEADER_BYTES = 4 * 2**20  # a JSON header; larger data travels in buffers
MAX_BODY_BYTES = 2**28  # all buffers of one frame together; also all its tensors, as if none were expanded
MAX_BUFFERS = 4096
MAX_DEPTH = 48  # containers within containers
MAX_VALUES = 100_000  # nodes of one message
MAX_MIRRORS = 2000  # tensors of one test that were born in the worker and are kept on both sides
MAX_MIRROR_BYTES = 2**28  # of all of them together, as if none were expanded
MAX_INT_BITS = 4096  # of one integer; Python refuses to read more than 4300 digits
MAX_DIMENSIONS = 32
MAX_ELEMENTS = 2**27  # of one tensor, counted by its shape
