"""Days and cases of a log replayed, observed beside predicted."""
