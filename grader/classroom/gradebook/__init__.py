"""The gradebook: an SQLite file that keeps everything a class run has found, and loses nothing."""
