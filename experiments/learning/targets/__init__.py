"""What is learned from: outcomes of decisions and what they brought."""
