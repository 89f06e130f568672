"""Questions of one experiment file: effects, factorial designs, sweeps, levers with a price.

A block of the config is expanded into derived strategies, each a delta over a named one, which are
simulated with all others under common random numbers; what comes out is answered per replication.
"""
