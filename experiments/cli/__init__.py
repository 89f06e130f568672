"""The command `optichannel`."""
