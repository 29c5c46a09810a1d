"""How fast a batch is, side by side in one run with other engines on the same words; `make bench` prints the tables.

Peers live in build/peers (pinned, from their registries; `make peers` installs them). One that is not there is left out
and named. Each candidate makes the same form for its own clients; rounds go forwards, then backwards; medians count.
"""

import argparse
import io
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate

from plainconsent.assemble import assemble
from plainconsent.batch.press import Press
from plainconsent.batch.template import TemplateMold
from plainconsent.document import Look
from plainconsent.profile import make_profile
from plainconsent.writers import write
from plainconsent.writers._gap import gap
from plainconsent.writers.docx import environment

PEERS = Path(__file__).parent.parent / "build" / "peers"
ROUNDS = 7
FIELDS = ("clinician_name", "clinician_license_number", "practice_name", "practice_phone", "client_phone", "client_email",
          "emergency_name", "emergency_phone", "client_signed_name", "therapist_signed_name")  # fmt: skip
PROFILE = make_profile(as_of=date(2026, 11, 25), state="CA", license="LMFT", settings=["individual", "teletherapy"])
DOCUMENT = assemble(PROFILE, "consent").document


def client(n: int) -> dict[str, str]:
    return {name: f"{name.replace('_', ' ')} Sample & Söhne {n:06}" for name in FIELDS}


def words() -> bytes:
    """The form as a Word file with gaps in place of a client's values: the words that every candidate prints."""
    slots = {id: replace(s, value=gap(FIELDS.index(id))) if id in FIELDS else s for id, s in DOCUMENT.slots.items()}
    return write(replace(DOCUMENT, slots=slots), "docx", Look(fillable=False))


def master(field: Callable[[str], str], run: bool = False) -> bytes:
    """The same file with a peer's own marks in place of the gaps; `run` where a mark takes the place of its whole run."""
    made = io.BytesIO()
    whole = r"<w:r>(?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?<w:t[^>]*>\ue100(\d+)\ue101</w:t></w:r>"
    with zipfile.ZipFile(io.BytesIO(words())) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                mark = whole if run else "\ue100(\\d+)\ue101"
                data = re.sub(mark, lambda found: field(FIELDS[int(found[1])]), data.decode()).encode()
            new.writestr(name, data)
    return made.getvalue()


class Candidate:
    """One way to make the file: `make(n)` gives the bytes for client n."""

    def __init__(self, name: str, make: Callable[[int], bytes], batch: int) -> None:
        self.name, self.make, self.batch, self.times = name, make, batch, list[float]()
        self._next = 0

    def round(self) -> None:
        begun = time.perf_counter()
        for n in range(self._next, self._next + self.batch):
            self.make(n)
        self.times.append((time.perf_counter() - begun) / self.batch)
        self._next += self.batch

    @property
    def ms(self) -> float:
        return statistics.median(self.times) * 1000


class Elsewhere(Candidate):
    """A peer in a process of its own, which answers how long a batch took: its start and its warm-up do not count."""

    def __init__(self, name: str, command: list[str], batch: int) -> None:
        super().__init__(name, lambda n: b"", batch)
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def round(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{self._next} {self.batch}\n")
        self._process.stdin.flush()
        self.times.append(float(self._process.stdout.readline()) / self.batch)
        self._next += self.batch

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def measured(candidates: list[Candidate]) -> dict[str, float]:
    for candidate in candidates:
        candidate.round()
        candidate.times.clear()
    for n in range(ROUNDS):
        for candidate in candidates if n % 2 else reversed(candidates):
            candidate.round()
    return {candidate.name: candidate.ms for candidate in candidates}


# --- docx --------------------------------------------------------------------------------------------------------------


def docx_candidates(folder: Path) -> Iterator[Candidate]:
    press = Press(Path(), ("docx",), fillable=False)
    yield Candidate("plainconsent: poured", lambda n: press.make(0, PROFILE, "consent", client(n))[0][1], 1000)
    own = master(lambda name: f"{{{{ {name} }}}}")
    mold = TemplateMold(own, FIELDS)
    yield Candidate("plainconsent: any docxtpl template", lambda n: mold.pour(list(client(n).values())), 1000)
    yield Candidate(
        "plainconsent: to files", lambda n: _to_file(folder, n, press.make(0, PROFILE, "consent", client(n))[0][1]), 500
    )
    finished = mold.pour(list(client(0).values()))
    yield Candidate("floor: write the finished bytes", lambda n: _to_file(folder, 100_000 + n, finished), 500)

    def naive(n: int) -> bytes:
        template = DocxTemplate(io.BytesIO(own))
        template.render(client(n), environment(), autoescape=True)
        saved = io.BytesIO()
        template.save(saved)
        return saved.getvalue()

    yield Candidate("docxtpl, a new object each", naive, 8)
    if (python := PEERS / "python" / "bin" / "python").exists():
        (folder / "merge.docx").write_bytes(
            master(
                lambda name: f'<w:fldSimple w:instr=" MERGEFIELD {name} "><w:r><w:t>«{name}»</w:t></w:r></w:fldSimple>',
                run=True,
            )
        )
        yield Elsewhere(
            "docx-mailmerge2", [str(python), __file__, "--peer", "mailmerge", str(folder / "merge.docx")], 20
        )
    if (PEERS / "node_modules" / "docxtemplater").exists():
        (folder / "templater.docx").write_bytes(master(lambda name: f"{{{name}}}"))
        (folder / "templater.js").write_text(_TEMPLATER)
        yield Elsewhere(
            "docxtemplater", ["node", str(folder / "templater.js"), str(PEERS), str(folder / "templater.docx")], 20
        )


def _to_file(folder: Path, n: int, data: bytes) -> bytes:
    with open(os.open(folder / f"{n}.docx", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", buffering=0) as file:
        file.write(data)
    return b""


_TEMPLATER = """
const [, , peers, master] = process.argv, fs = require("fs"), read = require("readline");
const PizZip = require(peers + "/node_modules/pizzip"), Docx = require(peers + "/node_modules/docxtemplater");
const data = fs.readFileSync(master, "binary");
const fields = FIELDS;
const client = n => Object.fromEntries(fields.map(f => [f, f.replace(/_/g, " ") + " Sample & Söhne " + String(n).padStart(6, "0")]));
read.createInterface({ input: process.stdin }).on("line", line => {
  const [from, count] = line.split(" ").map(Number), begun = process.hrtime.bigint();
  for (let n = from; n < from + count; n++) {
    const made = new Docx(new PizZip(data), { paragraphLoop: true, linebreaks: true });
    made.render(client(n));
    made.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
  }
  console.log(Number(process.hrtime.bigint() - begun) / 1e9);
});
""".replace("FIELDS", json.dumps(FIELDS))


def mailmerge_peer(path: str) -> None:
    from mailmerge import MailMerge  # type: ignore[import-not-found]

    data = Path(path).read_bytes()
    for line in sys.stdin:
        start, count = map(int, line.split())
        begun = time.perf_counter()
        for n in range(start, start + count):
            with MailMerge(io.BytesIO(data)) as made:
                made.merge(**client(n))
                made.write(io.BytesIO())
        print(time.perf_counter() - begun, flush=True)


# --- pdf and html ---------------------------------------------------------------------------------------------------------


def _filled(n: int) -> Any:
    values = client(n)
    return replace(DOCUMENT, slots={id: replace(s, value=values.get(id)) for id, s in DOCUMENT.slots.items()})


def pdf_candidates(folder: Path) -> Iterator[Candidate]:
    press = Press(Path(), ("pdf",), fillable=True)
    yield Candidate(
        "plainconsent: poured into fields", lambda n: press.make(0, PROFILE, "consent", client(n))[0][1], 1000
    )
    yield Candidate("plainconsent: drawn by typst", lambda n: write(_filled(n), "pdf", Look(fillable=False)), 4)
    if (python := PEERS / "python" / "bin" / "python").exists():
        (folder / "page.html").write_bytes(write(_filled(0), "html", Look(fillable=False)))
        yield Elsewhere(
            "WeasyPrint, pdf/ua-1", [str(python), __file__, "--peer", "weasyprint", str(folder / "page.html")], 1
        )
    if subprocess.run(["which", "soffice"], capture_output=True).returncode == 0:
        yield Candidate("LibreOffice, 10 files a process", lambda n: _libreoffice(folder), 1)


def _libreoffice(folder: Path) -> bytes:
    office = folder / "office"
    office.mkdir(exist_ok=True)
    for n in range(10):
        (office / f"{n}.docx").write_bytes(write(_filled(n), "docx", Look(fillable=False)))
    command = [
        "soffice",
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(office),
    ]
    subprocess.run([*command, *map(str, office.glob("*.docx"))], check=True, capture_output=True)
    return b""


def weasyprint_peer(path: str) -> None:
    from weasyprint import HTML  # type: ignore[import-not-found]

    page = Path(path).read_text("utf-8")
    for line in sys.stdin:
        start, count = map(int, line.split())
        begun = time.perf_counter()
        for n in range(start, start + count):
            HTML(string=page.replace("000000", f"{n:06}")).write_pdf(pdf_variant="pdf/ua-1")
        print(time.perf_counter() - begun, flush=True)


def html_candidates(folder: Path) -> Iterator[Candidate]:
    press = Press(Path(), ("html",), fillable=False)
    yield Candidate("plainconsent: poured", lambda n: press.make(0, PROFILE, "consent", client(n))[0][1], 2000)
    yield Candidate("jinja2, compiled once", lambda n: write(_filled(n), "html", Look(fillable=False)), 50)


# --- tables --------------------------------------------------------------------------------------------------------------

OURS = "plainconsent: poured"
GOALS = {
    "docx": [
        ("docxtpl, a new object each", OURS, 200, "times as fast as the docxtpl loop"),
        ("docxtpl, a new object each", "plainconsent: any docxtpl template", 200, "the same for a template of its own"),
        ("docx-mailmerge2", OURS, 80, "times as fast as docx-mailmerge2"),
        ("docxtemplater", OURS, 80, "times as fast as docxtemplater"),
    ],
    "pdf": [
        ("WeasyPrint, pdf/ua-1", "plainconsent: drawn by typst", 8, "times as fast as WeasyPrint, drawn"),
        ("WeasyPrint, pdf/ua-1", "plainconsent: poured into fields", 8, "times as fast as WeasyPrint, poured"),
        ("LibreOffice, 10 files a process", "plainconsent: drawn by typst", 4, "times as fast as LibreOffice, drawn"),
    ],
    "html": [("jinja2, compiled once", OURS, 8, "times as fast as rendering")],
}


def compare(kind: str, candidates: Callable[[Path], Iterator[Candidate]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        every = list(candidates(Path(folder)))
        found = measured(every)
        for candidate in every:
            if isinstance(candidate, Elsewhere):
                candidate.close()
    if kind == "pdf" and (office := "LibreOffice, 10 files a process") in found:
        found[office] /= 10
    print(f"\n{kind:34} {'ms a file':>10} {'files a second':>15}")
    for name, ms in sorted(found.items(), key=lambda item: -item[1]):
        print(f"{name:34} {ms:10.3f} {1000 / ms:15,.0f}")
    for peer, ours, least, words in GOALS[kind]:
        if peer in found:
            ratio = found[peer] / found[ours]
            print(f"  {ratio:8,.0f} {words} (goal {least}): {'met' if ratio >= least else 'NOT met'}")
        else:
            print(f"  {peer} is not installed here: `make peers`")
    if "plainconsent: to files" in found:
        ratio = found["plainconsent: to files"] / found["floor: write the finished bytes"]
        print(
            f"  {ratio:8.1f} times a raw write of the finished bytes (goal: at most 6): {'met' if ratio <= 6 else 'NOT met'}"
        )


def growth(most: int) -> list[dict[str, float]]:
    """Time and memory of whole commands, docx to one archive, for rosters that grow tenfold."""
    rows = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMP")) as folder:
        size = 10
        while size <= most:
            roster = Path(folder) / "roster.csv"
            with roster.open("w") as file:
                file.write("Client,State,License,Setting,DOB,Therapist\n")
                for n in range(size):
                    state, license = (("CA", "LMFT"), ("NY", "LCSW"), ("TX", "LPC"), ("WA", "LMHC"))[n % 4]
                    file.write(
                        f"Client {n:07} Sample,{state},{license},individual,19{50 + n % 50}-01-01,Dr. Example {n % 40}\n"
                    )
            goal = Path(folder) / "forms.tar"
            command = ["batch", str(roster), "-o", str(goal), "--forms", "release", "--quiet", "--as-of", "2026-11-25"]
            begun = time.perf_counter()
            code = (
                "import sys; from pathlib import Path; from plainconsent.cli import cli; cli.main(sys.argv[1:], standalone_mode=False);"
                "print(next(l for l in Path('/proc/self/status').read_text().splitlines() if 'VmHWM' in l).split()[1])"
            )
            done = subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True, text=True)
            rows.append(
                {
                    "rows": size,
                    "seconds": round(time.perf_counter() - begun, 2),
                    "mb": round(int(done.stdout.split()[-1]) / 1024, 1),
                }
            )
            print("{rows:>10,} rows {seconds:10.2f} s {mb:8.1f} MB".format(**rows[-1]), flush=True)
            for left in Path(folder).iterdir():
                left.unlink()
            size *= 10
    return rows


@contextmanager
def _titled(words: str) -> Iterator[None]:
    print(f"\n{words}")
    yield


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--peer", nargs=2)
    options.add_argument("--most", type=int, default=100_000)
    options.add_argument("--only", default="docx,pdf,html,growth")
    options.add_argument("--plot", type=Path)
    chosen = options.parse_args()
    if chosen.peer:
        {"mailmerge": mailmerge_peer, "weasyprint": weasyprint_peer}[chosen.peer[0]](chosen.peer[1])
        return
    only = chosen.only.split(",")
    for kind, candidates in (("docx", docx_candidates), ("pdf", pdf_candidates), ("html", html_candidates)):
        if kind in only:
            compare(kind, candidates)
    if "growth" in only:
        with _titled("docx to one archive: time and memory as the roster grows"):
            rows = growth(chosen.most)
        if chosen.plot:
            chosen.plot.write_text(svg(rows), "utf-8")
    print(f"peak memory of this benchmark itself: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def svg(rows: list[dict[str, float]]) -> str:
    """The growth as a picture: both axes in powers of ten, time as a line, memory as bars' heights in words."""
    import math

    width, height, left, bottom = 720, 380, 70, 330
    most_x, most_y = math.log10(rows[-1]["rows"]), math.log10(max(row["seconds"] for row in rows))
    least_y = math.floor(math.log10(min(row["seconds"] for row in rows)))

    def at(row: dict[str, float]) -> tuple[float, float]:
        x = left + (math.log10(row["rows"]) - 1) / max(1e-9, most_x - 1) * (width - left - 60)
        y = bottom - (math.log10(row["seconds"]) - least_y) / max(1e-9, most_y - least_y) * (bottom - 60)
        return round(x, 1), round(y, 1)

    points = [at(row) for row in rows]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13" role="img"'
        ' aria-label="Time against number of rows">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        '<text x="70" y="28" font-size="16" fill="#1d2733">docx into one archive: seconds and peak memory as the roster grows</text>',
        f'<polyline fill="none" stroke="#1f4e79" stroke-width="2.5" points="{" ".join(f"{x},{y}" for x, y in points)}"/>',
        f'<line x1="{left}" y1="{bottom}" x2="{width - 40}" y2="{bottom}" stroke="#4d5866"/>',
    ]
    for row, (x, y) in zip(rows, points, strict=True):
        parts += [
            f'<circle cx="{x}" cy="{y}" r="4" fill="#1f4e79"/>',
            f'<text x="{x}" y="{y - 26}" text-anchor="middle" fill="#1d2733">{row["seconds"]:,.1f} s</text>',
            f'<text x="{x}" y="{y - 11}" text-anchor="middle" fill="#4d5866" font-size="11">{row["mb"]:.0f} MB</text>',
            f'<text x="{x}" y="{bottom + 20}" text-anchor="middle" fill="#4d5866">{int(row["rows"]):,}</text>',
        ]
    return "\n".join(
        [*parts, f'<text x="{width / 2}" y="{bottom + 42}" text-anchor="middle" fill="#4d5866">rows</text>', "</svg>\n"]
    )


if __name__ == "__main__":
    main()
