"""Grading on each save: what changed is graded by a judge that stands ready, and a page shows how it stands."""
