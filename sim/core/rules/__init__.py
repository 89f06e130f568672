"""Rules that decide inside the loop: one file a rule, functions over what the firm sees."""
