"""Random numbers and gaps in data."""

import math

import numpy as np

RNG = np.random.default_rng
NAN = math.nan
