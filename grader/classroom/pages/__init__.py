"""What people see of a class: its page, the page of each student, and what the commands write on a terminal."""
