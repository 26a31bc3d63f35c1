"""Pairs of submissions that share structure after renaming, with the places side by side."""
