"""What is kept in files: replaced whole, and read as plain values whose types are checked."""
