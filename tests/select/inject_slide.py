"""Faults of a known size put into a slide's pixels; each with no dose is its own sham.

Pen, fold and bubble are drawn at the 8 µm per pixel at which they are looked for.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image
from scipy import ndimage

INKS = {"green": (30, 150, 70), "blue": (40, 60, 170), "red": (200, 30, 50), "black": (25, 25, 30)}


def blur(rgb: np.ndarray, sigma: float, part: float = 1.0) -> np.ndarray:
    """Blur the upper `part` of the rows by a Gaussian of `sigma` px."""
    rows = int(part * len(rgb))
    soft = ndimage.gaussian_filter(rgb[:rows].astype(np.float32), (sigma, sigma, 0))
    return np.concatenate([_whole(soft), rgb[rows:]])


def pen(
    rgb: np.ndarray, colour: str, *, width: float = 20, opaque: float = 0.85, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a wavy stroke of ink across the slide; returns it and where the ink lies."""
    random = np.random.default_rng(seed)
    height, across = rgb.shape[:2]
    y, x = np.mgrid[:height, :across].astype(np.float32)
    middle = height * random.uniform(0.2, 0.8) + 8 * np.sin(x / 16 + random.uniform(0, 6))
    mark = np.abs(y - middle) < width / 2
    # Ink takes light away: over tissue it is darker than over glass.
    inked = rgb * ((1 - opaque) + opaque * np.array(INKS[colour], np.float32) / 255)
    return _whole(np.where(mark[..., None] & (width > 0), inked, rgb)), mark


def fold(
    rgb: np.ndarray, *, layers: float = 1.0, width: float = 6.25, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Lay tissue, mirrored, over itself in a curved band on tissue; returns it and the band."""
    random = np.random.default_rng(seed)
    height, across = rgb.shape[:2]
    rows, columns = np.nonzero((np.ptp(rgb, axis=2) > 25) & (rgb.max(axis=2) < 240))
    i = random.integers(len(rows))
    turn, length = random.uniform(0, np.pi), random.uniform(37, 75)
    y, x = np.mgrid[:height, :across].astype(np.float32)
    dx, dy = x - columns[i], y - rows[i]
    along = dx * np.cos(turn) + dy * np.sin(turn)
    off = dy * np.cos(turn) - dx * np.sin(turn) - 2.5 * np.sin(along / 9.4)
    wide = width / 2 * np.sqrt(np.clip(1 - (2 * along / length) ** 2, 0, 1))
    band = np.abs(off) < wide
    there_x = np.clip(x + 2 * off * np.sin(turn), 0, across - 1).astype(int)
    there_y = np.clip(y - 2 * off * np.cos(turn), 0, height - 1).astype(int)
    light = rgb.astype(np.float32) / 245
    second = light[there_y, there_x] ** layers
    return _whole(245 * np.where(band[..., None], light * second, light)), band


def bubble(
    rgb: np.ndarray, centre: tuple[int, int], radius: float, *, shade: float = 0.5
) -> np.ndarray:
    """Put the rim of an air bubble, 4 px wide, round (x, y); `shade` 0 is the sham."""
    y, x = np.ogrid[: rgb.shape[0], : rgb.shape[1]]
    away = np.hypot(x - centre[0], y - centre[1]) - radius
    rim = shade * np.exp(-((away / 2) ** 4))
    return _whole(rgb * (1 - rim[..., None]))


def stripes(rgb: np.ndarray, height: float, *, period: float = 20, axis: int = 0) -> np.ndarray:
    """Add a sine of `height` grey levels that repeats every `period` px along an axis."""
    wave = height * np.sin(2 * np.pi * np.arange(rgb.shape[axis]) / period)
    shape = (-1, 1, 1) if axis == 0 else (1, -1, 1)
    return _whole(rgb.astype(np.float32) + wave.reshape(shape))


def requantise(rgb: np.ndarray, quality: int, *, shift: int = 0) -> np.ndarray:
    """Pass the pixels through JPEG once more, with its blocks `shift` px off."""
    out = BytesIO()
    moved = np.roll(rgb, (-shift, -shift), axis=(0, 1))
    Image.fromarray(moved).save(out, "JPEG", quality=quality, subsampling=0)
    return np.roll(np.asarray(Image.open(out)), (shift, shift), axis=(0, 1))


def _whole(pixels: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def write_pyramid(path: Path, levels: list[np.ndarray]) -> None:
    """Write a tiled TIFF of 0.499 µm per pixel whose levels are these pictures."""
    with tifffile.TiffWriter(path) as out:
        for number, rgb in enumerate(levels):
            out.write(
                rgb,
                tile=(256, 256),
                photometric="rgb",
                subfiletype=int(number > 0),
                resolution=(20040.0 / 2**number, 20040.0 / 2**number),
                resolutionunit="CENTIMETER",
            )
