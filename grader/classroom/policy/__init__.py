"""What a course decides, as data: dates, lateness, which hand-in counts, points, visibility and seeds."""
