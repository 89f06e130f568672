"""The page of a run: one HTML file that works from disk, without a network."""

from experiments.report.metrics import MetricInfo, MetricLike
from experiments.report.page import render_page, write_page
from experiments.report.verdict.verdict import Verdict, verdict

__all__ = [
    "MetricInfo",
    "MetricLike",
    "Verdict",
    "render_page",
    "verdict",
    "write_page",
]
