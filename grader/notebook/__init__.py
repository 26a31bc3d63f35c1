"""Notebooks that are graded from within, and given back with the results in them."""
