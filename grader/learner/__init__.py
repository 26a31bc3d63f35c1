"""What belongs to one learner: the folder that they work in, and what has been achieved there."""
