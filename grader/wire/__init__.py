"""What judge and worker say to each other: bounded frames of plain values. No pickle, ever."""
