"""Cases of a service desk: chains, lags, transitions, replayed."""
