"""The ways in which hand-ins lie, a module for each."""
