"""When customers call, how long they wait, and whether they call again."""
