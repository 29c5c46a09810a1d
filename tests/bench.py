"""How fast, as ratios in one run: start-up, a form from a cold start, reading one state's law; `make bench` prints the table."""

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from plainconsent.jurisdictions import build_law, check_shape, read_law, read_topics
from plainconsent.lawcheck import all_ids, law_files
from plainconsent.yamlfile import read_yaml

ROUNDS = 7
MAIN = "from plainconsent.cli import main; main()"
FORM = (
    "form",
    "consent",
    "-j",
    "CA",
    "-l",
    "LMFT",
    "-s",
    "individual",
    "-s",
    "teletherapy",
    "--as-of",
    "2026-11-25",
    "--force",
)


def seconds(*command: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    return time.perf_counter() - start


def medians(candidates: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The candidates in turn, forwards then backwards, after one warm-up each; the median of each."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for candidate in candidates.values():
        candidate()
    for n in range(ROUNDS):
        for name in candidates if n % 2 else reversed(candidates):
            times[name].append(candidates[name]())
    return {name: statistics.median(found) for name, found in times.items()}


def from_yaml() -> float:
    """Seconds to read every law file as if none were kept."""
    topics = read_topics()
    start = time.perf_counter()
    for path in law_files():
        file = read_yaml(path)
        assert not check_shape(file, topics)
        build_law(file, topics)
    return time.perf_counter() - start


def kept() -> float:
    """Seconds to read every law file that was read before."""
    read_law.cache_clear()
    start = time.perf_counter()
    for id in all_ids():
        read_law(id)
    return time.perf_counter() - start


def law_loading() -> None:
    found = medians({"every law file, from YAML": from_yaml, "every law file, kept": kept})
    slow, fast = found.values()
    for name, value in found.items():
        print(f"{name:30} {value * 1000:7.0f}")
    print(f"  kept law loads {slow / fast:.0f} times faster (goal: 15): {'met' if slow / fast >= 15 else 'NOT met'}")


def main() -> None:
    gc.set_threshold(50_000)  # as the command line does
    law_loading()
    with tempfile.TemporaryDirectory() as folder:
        out = ("-o", str(Path(folder)))
        found = medians(
            {
                "python -c pass": lambda: seconds("-c", "pass"),
                "plainconsent --help": lambda: seconds("-c", MAIN, "--help"),
                "form: docx, html, txt": lambda: seconds("-c", MAIN, *FORM, "--format", "docx,html,txt", *out),
                "form: docx, html, txt, pdf": lambda: seconds("-c", MAIN, *FORM, "--format", "docx,html,txt,pdf", *out),
                "read one state's law": lambda: seconds(
                    "-c", "from plainconsent.jurisdictions import read_law; read_law('US-CA')"
                ),
                "read every law file": lambda: seconds(
                    "-c",
                    "from plainconsent.jurisdictions import read_law; from plainconsent.lookup import names; [read_law(id) for id in names()]",
                ),
            }
        )
    bare = found["python -c pass"]
    goals = {
        "plainconsent --help": (6.0, "x python"),
        "form: docx, html, txt": (0.5, "s"),
        "form: docx, html, txt, pdf": (0.8, "s"),
    }
    print(f"{'job':30} {'ms':>7} {'x python':>9}  goal")
    for name, value in found.items():
        limit, unit = goals.get(name, (0.0, ""))
        measured = value / bare if unit == "x python" else value
        verdict = f"at most {limit:g} {unit}: {'met' if measured <= limit else 'NOT met'}" if unit else ""
        print(f"{name:30} {value * 1000:7.0f} {value / bare:9.1f}  {verdict}")


if __name__ == "__main__":
    main()
