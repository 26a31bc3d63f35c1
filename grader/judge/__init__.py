"""The judge: runs hidden suites against a submission and decides every verdict; it begins in `grading`."""
