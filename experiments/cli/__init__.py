"""The command `optichannel`: a file for each command, put together in `main`.

A file here holds the options of its command and calls what does the work, which it imports only
when it runs: the help needs nothing heavy. What is printed stands in the `console` of the room.
"""
