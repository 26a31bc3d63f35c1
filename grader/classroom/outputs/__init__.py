"""What other programs take from a class: one module a format, each a pure function of the result."""
