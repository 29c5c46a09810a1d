"""Where the templates and the law lie: beside src/ in a checkout, under data/ in an installed wheel."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE / "data" if (_HERE / "data").is_dir() else _HERE.parents[1]

TEMPLATES = _ROOT / "templates"
JURISDICTIONS = _ROOT / "jurisdictions"
