"""A run over a class: from what an instructor asked for to gradings that are kept, and files for everybody."""
