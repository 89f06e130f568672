"""Run an experiment: config, replications, tables, baseline checks."""
