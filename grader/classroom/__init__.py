"""A class: who handed in what, how it is graded, what is kept, and what instructors get to see."""
