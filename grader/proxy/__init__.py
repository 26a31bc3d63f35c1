"""What a suite sees as `submission`: an object that reads as the learner's module and is none."""
