"""The judge's side of processes: start a worker, ask it, end it."""
