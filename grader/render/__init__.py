"""Renderers: each shows one report, decides nothing, and imports no torch."""
