"""What a world remembers: one class a record, one line a fact."""
