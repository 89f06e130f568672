"""Work over processes, its progress, and the terminal."""
