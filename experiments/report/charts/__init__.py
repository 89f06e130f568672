"""The figures and sections of the page."""
