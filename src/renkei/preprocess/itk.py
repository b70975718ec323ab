"""The door to SimpleITK and scikit-image, which come without types."""

from typing import Any

import SimpleITK
from skimage import filters as _filters
from skimage import restoration as _restoration

sitk: Any = SimpleITK
filters: Any = _filters
restoration: Any = _restoration
