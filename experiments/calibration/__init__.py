"""Fit scenario parameters to call logs and journey logs, and check the fit on days left out."""
