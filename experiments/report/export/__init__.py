"""What of a run's page goes into papers and slides: figures and tables as files."""
