"""The course for other people's machines: an autograder that Gradescope runs."""
