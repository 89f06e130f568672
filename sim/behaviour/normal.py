"""The standard normal quantile: rational approximations of Wichura's algorithm AS 241, PPND16.

Wichura (1988), "The percentage points of the normal distribution", Applied Statistics 37, 477–484:
relative accuracy about 1e-16. Written out, because the core is compiled and must not depend on how
a library orders its sums; it gives the bits of ``statistics.NormalDist().inv_cdf`` (tested).
"""

from __future__ import annotations

from math import log, sqrt
from typing import Final

CENTRE: Final = 0.425  # |u - 0.5| up to which the central approximation holds
CENTRE_SQUARED: Final = 0.180625
FAR: Final = 5.0  # sqrt(-log(tail)) from which the outermost approximation holds


def normal_quantile(u: float) -> float:
    """Return the standard normal quantile at ``u``, 0 < u < 1."""
    q = u - 0.5
    if -CENTRE <= q and q <= CENTRE:
        return _centre(q, CENTRE_SQUARED - q * q)
    r = sqrt(-log(u if q <= 0.0 else 1.0 - u))
    x = _tail(r - 1.6) if r <= FAR else _far_tail(r - FAR)
    return -x if q < 0.0 else x


def _centre(q: float, r: float) -> float:
    over = 2.5090809287301226727e3
    over = over * r + 3.3430575583588128105e4
    over = over * r + 6.7265770927008700853e4
    over = over * r + 4.5921953931549871457e4
    over = over * r + 1.3731693765509461125e4
    over = over * r + 1.9715909503065514427e3
    over = over * r + 1.3314166789178437745e2
    over = over * r + 3.3871328727963666080e0
    under = 5.2264952788528545610e3
    under = under * r + 2.8729085735721942674e4
    under = under * r + 3.9307895800092710610e4
    under = under * r + 2.1213794301586595867e4
    under = under * r + 5.3941960214247511077e3
    under = under * r + 6.8718700749205790830e2
    under = under * r + 4.2313330701600911252e1
    return over * q / (under * r + 1.0)


def _tail(r: float) -> float:
    over = 7.74545014278341407640e-4
    over = over * r + 2.27238449892691845833e-2
    over = over * r + 2.41780725177450611770e-1
    over = over * r + 1.27045825245236838258e0
    over = over * r + 3.64784832476320460504e0
    over = over * r + 5.76949722146069140550e0
    over = over * r + 4.63033784615654529590e0
    over = over * r + 1.42343711074968357734e0
    under = 1.05075007164441684324e-9
    under = under * r + 5.47593808499534494600e-4
    under = under * r + 1.51986665636164571966e-2
    under = under * r + 1.48103976427480074590e-1
    under = under * r + 6.89767334985100004550e-1
    under = under * r + 1.67638483018380384940e0
    under = under * r + 2.05319162663775882187e0
    return over / (under * r + 1.0)


def _far_tail(r: float) -> float:
    over = 2.01033439929228813265e-7
    over = over * r + 2.71155556874348757815e-5
    over = over * r + 1.24266094738807843860e-3
    over = over * r + 2.65321895265761230930e-2
    over = over * r + 2.96560571828504891230e-1
    over = over * r + 1.78482653991729133580e0
    over = over * r + 5.46378491116411436990e0
    over = over * r + 6.65790464350110377720e0
    under = 2.04426310338993978564e-15
    under = under * r + 1.42151175831644588870e-7
    under = under * r + 1.84631831751005468180e-5
    under = under * r + 7.86869131145613259100e-4
    under = under * r + 1.48753612908506148525e-2
    under = under * r + 1.36929880922735805310e-1
    under = under * r + 5.99832206555887937690e-1
    return over / (under * r + 1.0)
