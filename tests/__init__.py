"""A package of its own: a library among the dependencies ships one of this name too."""
