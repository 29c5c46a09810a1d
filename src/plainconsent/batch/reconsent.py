"""Which issued forms the law or the wording has changed under since, and what their clients are owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from plainconsent.batch.editions import edition_now, verdict
from plainconsent.batch.ledger import editions_path, read_lines
from plainconsent.errors import Fault, Faults


def reconsent_rows(ledger: Path, on: date, base: Path) -> Iterator[dict[str, str]]:
    """One row a document of the ledger: verdict and reasons. Raises Faults for a ledger without its editions."""
    editions = {record["key"]: record for record in read_lines(editions_path(ledger))}
    known: dict[str, tuple[str, list[str]]] = {}
    for number, line in enumerate(read_lines(ledger), 1):
        if line.get("failed"):
            continue
        key = line.get("profile", "")
        if key not in editions:
            what = "names an edition that the file of editions does not have."
            raise Faults([Fault(f"{ledger}:{number}", what, f"Keep {editions_path(ledger).name} beside the ledger.")])
        if key not in known:
            known[key] = verdict(editions[key], edition_now(editions[key], on, base))
        level, reasons = known[key]
        yield {
            "row": str(line["row"]),
            "file": line["file"],
            "form": line["form"],
            "issued": line["time"],
            "verdict": level,
            "why": " ".join(reasons),
        }
