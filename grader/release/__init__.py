"""What students get: the course without solutions, hidden tests and known mistakes."""
