"""Rules of thumb, one file each."""
