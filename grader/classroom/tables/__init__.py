"""Tables of other programs: class lists that are read, and gradebooks that are filled in."""
