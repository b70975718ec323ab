"""Print a page: a typst template and facts to PDF, the same facts to the same bytes."""

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from renkei.plugins import need_extra

FONTS = "matplotlib_fontja"  # carries IPAexGothic; only its file is used, it is never imported


def print_pdf(
    template: Path, facts: Mapping[str, object], *, pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return a PDF of a template that reads `sys.inputs.facts`; pictures by the names it uses.

    Raises:
        MissingExtraError: The extra `server` is not installed.
    """
    need_extra("server", "typst")
    import typst

    with TemporaryDirectory() as folder:
        for name, data in {"main.typ": template.read_bytes(), **(pictures or {})}.items():
            (Path(folder) / name).write_bytes(data)
        made = typst.compile(
            f"{folder}/main.typ",
            root=folder,
            format="pdf",
            font_paths=[str(font_folder())],
            ignore_system_fonts=True,
            sys_inputs={"facts": json.dumps(facts)},
            timestamp=0,
        )
    return bytes(made)


def font_folder() -> Path:
    """Return the folder with the Japanese font."""
    found = importlib.util.find_spec(FONTS)
    if found is None or not found.submodule_search_locations:
        need_extra("server", FONTS)
        raise FileNotFoundError(FONTS)
    return Path(found.submodule_search_locations[0]) / "fonts"
