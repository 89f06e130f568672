"""Pages: HTML files that work from disk, without a network; above all the page of a run."""

from experiments.report.page import render_page, write_page

__all__ = ["render_page", "write_page"]
