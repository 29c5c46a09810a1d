"""Where the templates and the law lie (beside src/ in a checkout, under data/ in a wheel), and what may be kept between runs."""

import functools
import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE / "data" if (_HERE / "data").is_dir() else _HERE.parents[1]

TEMPLATES = _ROOT / "templates"
JURISDICTIONS = _ROOT / "jurisdictions"


@functools.cache
def cache_folder() -> Path | None:
    """This user's own folder for what can be made again at any time; None where there is none or it is another's."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
        folder = Path(base) / "plainconsent"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.lstat()
    except (OSError, RuntimeError):
        return None
    # A folder that others own or may write to could hold anything.
    if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & 0o022):
        return None
    return folder
