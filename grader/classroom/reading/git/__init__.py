"""Reading committed files of a git repository without running anything that it configures."""
