"""How people are counted: in bands of age, and as shares with an interval."""

import math

AGE_BANDS = ((17, "0-17"), (39, "18-39"), (64, "40-64"), (79, "65-79"))
Z95 = 1.959963984540054


def age_band(age: int | None) -> str:
    """Return the band of an age in years, "unknown" where it is not known."""
    if age is None:
        return "unknown"
    return next((name for top, name in AGE_BANDS if age <= top), "80+")


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson interval of a share; (0, 1) where nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    p = hits / n
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
