"""The data sets of the course: described by a manifest, checked on every load, never downloaded."""
