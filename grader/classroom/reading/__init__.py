"""Reading what instructors have: downloads, folders, archives and repositories, as hand-ins with their bytes."""
