"""A practice's many forms: what a roster may hold, what is told of a bad one, and that nothing is lost, doubled or mixed."""

import csv
import hashlib
import io
import json
import os
import random
import resource
import signal
import stat
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pypdfium2
import pytest
from conftest import ROOT, TODAY, run
from lxml import etree
from test_docx import audit_findings
from test_pdf import standards_findings

from plainconsent.assemble import assemble
from plainconsent.batch import zipbytes
from plainconsent.batch.mold import DocxMold
from plainconsent.batch.plan import blanks
from plainconsent.batch.press import Press
from plainconsent.batch.roster import MOST_COLUMNS, read_roster
from plainconsent.clauses import form_names
from plainconsent.document import Look
from plainconsent.errors import Fault, Faults
from plainconsent.profile import Profile, make_profile
from plainconsent.writers import write
from plainconsent.writers._gap import gap

HEADER = "Client,State,License,Setting,DOB,Therapist"
NAMES = ("Ada Sample", "José Ejemplo", "Bo O'Test", "A & B <Sons>", "Zoë “Quoted”", "Ōe 'n' {Braces}")
AS_OF = ("--as-of", str(TODAY))


def row(n: int) -> str:
    state, license = (("CA", "LMFT"), ("NY", "LCSW"), ("TX", "LPC"), ("WA", "psychologist"))[n % 4]
    name = NAMES[n % len(NAMES)].replace('"', '""')
    return f'"{name} {n}",{state},{license},{("individual", "couple")[n % 2]},1980-01-{1 + n % 28:02},Dr. Example'


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """Forty rows of four states, in two settings."""
    path = tmp_path / "clients.csv"
    path.write_text("\n".join([HEADER, *map(row, range(40))]) + "\n", "utf-8")
    return path


def written(folder: Path, *kinds: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix.lstrip(".") in kinds}


def ledger_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


# --- what is made ---------------------------------------------------------------------------------------------------


def test_every_row_gets_its_forms(roster: Path, tmp_path: Path) -> None:
    """A packet is consent and release; each file says what the row says and is only for its owner's eyes."""
    told = run("batch", str(roster), "-o", str(tmp_path / "out"), "--format", "txt", *AS_OF).stdout
    files = written(tmp_path / "out", "txt")
    lines = ledger_of(tmp_path / "out" / "ledger.jsonl")

    assert "40 rows, 80 forms, 80 files" in told
    assert len(files) == len(lines) == 80
    assert [line["file"] for line in lines] == sorted(files)
    assert "Ada Sample 0" in files["0000002_release_en.txt"].decode()
    assert "January 1, 1980" in files["0000002_release_en.txt"].decode()
    assert {line["sha256"] for line in lines} == {hashlib.sha256(data).hexdigest() for data in files.values()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()} == {0o600}


def test_the_ledger_names_no_client(roster: Path, tmp_path: Path) -> None:
    """Neither names nor days of birth are in the record, the editions, the run, or what is said on the screen."""
    done = run("batch", str(roster), "-o", str(tmp_path / "out"), *AS_OF)
    records = "".join(path.read_text("utf-8") for path in (tmp_path / "out").glob("ledger*"))

    assert "consent" in records
    for word in ("Ada", "Ejemplo", "1980", "January"):
        assert word not in records + done.stdout + done.stderr


@pytest.mark.parametrize("ending", ["", ".zip", ".tar"])
def test_folder_zip_and_tar_hold_the_same_files(roster: Path, tmp_path: Path, ending: str) -> None:
    """One archive instead of a folder of many files, for any program that reads zip or tar; the rights stay the owner's."""
    goal = tmp_path / f"out{ending}"
    run("batch", str(roster), "-o", str(goal), "--forms", "consent", *AS_OF)
    if ending == ".zip":
        with zipfile.ZipFile(goal) as archive:
            assert archive.testzip() is None
            assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100600}
            files = {name: archive.read(name) for name in archive.namelist()}
    elif ending == ".tar":
        with tarfile.open(goal) as archive:
            assert {member.mode for member in archive.getmembers()} == {0o600}
            files = {member.name: archive.extractfile(member).read() for member in archive.getmembers()}  # type: ignore[union-attr]
    else:
        files = written(goal, "docx")
    where = goal / "ledger.jsonl" if not ending else Path(f"{goal}.ledger.jsonl")

    assert len(files) == 40
    assert {line["file"]: line["sha256"] for line in ledger_of(where)} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items()
    }


def test_a_pool_makes_the_same_bytes(roster: Path, tmp_path: Path) -> None:
    """Two workers or one: the same files, in the same order of the ledger."""
    for name, more in (("one", ()), ("two", ("--workers", "2"))):
        run("batch", str(roster), "-o", str(tmp_path / name), "--format", "docx,html", *more, *AS_OF)
    ledgers = [
        [{k: v for k, v in line.items() if k != "time"} for line in ledger_of(tmp_path / name / "ledger.jsonl")]
        for name in ("one", "two")
    ]

    assert written(tmp_path / "one", "docx", "html") == written(tmp_path / "two", "docx", "html")
    assert ledgers[0] == ledgers[1]


# --- the fast way is the same document ------------------------------------------------------------------------------


def profiles() -> list[Profile]:
    return [
        make_profile(as_of=TODAY, state=state, license=license, settings=settings)
        for state, license, settings in (
            ("CA", "LMFT", ["individual", "teletherapy"]),
            ("WA", "LMHC", ["couple"]),
            ("NY", "LCSW", ["group"]),
        )
    ]


def shown_by(profile: Profile, form: str, name: str) -> dict[str, str]:
    slots = assemble(profile, form).document.slots
    return {id: name for id in ("client_name", "clinician_name", "client_signed_name", "client_phone") if id in slots}


def parts(package: bytes) -> dict[str, bytes]:
    """Each part of a Word file, its XML in canonical form."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return {
            name: etree.tostring(etree.fromstring(archive.read(name)), method="c14n")
            if name.endswith((".xml", ".rels"))
            else archive.read(name)
            for name in archive.namelist()
        }


@pytest.mark.parametrize("fillable", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_poured_docx_is_the_written_docx(name: str, fillable: bool) -> None:
    """Part by part the same XML as the writer makes, whatever the value holds; Word would open it cleanly."""
    press = Press(Path(), ("docx", "html"), fillable)
    for number, profile in enumerate(profiles()):
        for form in form_names():
            shown = shown_by(profile, form, name)
            document = assemble(profile, form).document
            slots = {id: replace(slot, value=shown.get(id)) for id, slot in document.slots.items()}
            made = dict(press.make(number, profile, form, shown))
            filled = replace(document, slots=slots)

            assert shown or form == "teletherapy"
            assert parts(made["docx"]) == parts(write(filled, "docx", Look(fillable)))
            assert made["html"] == write(filled, "html", Look(fillable))
            assert audit_findings(made["docx"]) == []


def test_a_value_longer_than_a_deflate_block_is_whole() -> None:
    """A stored block holds 65,535 bytes; a longer value takes several."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("a.xml", f"<a>{gap(0)}</a>")
        archive.writestr("b.xml", "<b/>")
    for value in ("", "x", "y" * 65_535, "ä" * 100_000):
        assert parts(DocxMold(package.getvalue()).pour([value]))["a.xml"] == f"<a>{value}</a>".encode()


def test_a_poured_pdf_shows_its_values_and_keeps_the_standards() -> None:
    """The values are in their fields, can be read and copied, cannot be typed over; PDF/UA-1 rules find nothing."""
    press = Press(Path(), ("pdf",), True)
    profile = profiles()[0]
    ((_, data),) = press.make(0, profile, "release", {"client_name": "Zoë Sample-Łęcka", "receiver_name": "Dr. Test"})

    assert list(standards_findings(data)) == []
    with pikepdf.open(io.BytesIO(data)) as opened:
        fields = {str(field.T): field for field in opened.Root.AcroForm.Fields}
        assert str(fields["client_name"].V) == "Zoë Sample-Łęcka"
        assert int(fields["client_name"].Ff) & 1
        assert "/V" not in fields["receiver_address"]
        assert b"Tj" in fields["client_name"].AP.N.read_bytes()


@pytest.mark.parametrize("value", ["Αντιγόνη Παράδειγμα", "A very long name " * 20])
def test_a_value_that_no_field_can_show_is_drawn_with_the_page(value: str) -> None:
    """Greek letters, or words longer than the line: the page is drawn anew and says them in full."""
    press = Press(Path(), ("pdf",), True)
    ((_, data),) = press.make(0, profiles()[0], "release", {"client_name": value})
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))

    assert "".join(value.split()) in "".join(text.split())


def test_large_zips_say_so() -> None:
    """More than 65,535 files or 4 GiB need the larger end of a zip; Python's own reader takes it."""
    entry = zipbytes.stored("a.txt", b"a")
    data = io.BytesIO()
    offsets = []
    for _ in range(70_000):
        offsets.append(data.tell())
        data.write(zipbytes.local(entry) + entry.data)
    at = data.tell()
    directory = b"".join(zipbytes.central(entry, offset) for offset in offsets)
    data.write(directory + zipbytes.end(70_000, len(directory), at))
    with zipfile.ZipFile(data) as archive:
        assert len(archive.infolist()) == 70_000

    far = zipbytes.central(entry, 5_000_000_000)
    assert zipbytes.central_rest(far[: zipbytes.CENTRAL_SIZE]) == len(far) - zipbytes.CENTRAL_SIZE
    assert (5_000_000_000).to_bytes(8, "little") in far


# --- bad input -----------------------------------------------------------------------------------------------------------


def errors_of(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "errors.csv").read_text("utf-8"), newline="")))


def test_every_bad_row_is_told_before_anything_is_made(tmp_path: Path) -> None:
    """Row, column, value and remedy, all of them, on the screen and in errors.csv; then nothing is made."""
    path = tmp_path / "bad.csv"
    lines = [HEADER, row(0), "Bo,Calfornia,LMFT,individual,,", "Cy,CA,XYZ,couple,,", "Di,CA,LMFT,individual,31/12/1980,", row(0),
             "=cmd|' /C calc'!A0,CA,LMFT,indvidual,,", "E,CA,LMFT,individual,,,seven"]  # fmt: skip
    path.write_text("\n".join(lines), "utf-8")
    done = run("batch", str(path), "-o", str(tmp_path / "out"), *AS_OF, code=1)
    told = errors_of(tmp_path / "out")

    assert [(line["row"], line["column"]) for line in told] == [
        ("3", "State"), ("4", "License"), ("5", "DOB"), ("6", ""), ("7", "Setting"), ("8", ""),
    ]  # fmt: skip
    assert told[0]["value"] == "Calfornia"
    assert "California (CA)" in told[0]["remedy"]
    assert all(line["row"] in done.stderr for line in told)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["errors.csv"]
    assert "Nothing was made" in done.stderr


def test_skip_bad_makes_the_good_rows(tmp_path: Path) -> None:
    """The good ones are made, the bad ones stay in errors.csv, and the exit code says that there were some."""
    path = tmp_path / "mixed.csv"
    path.write_text("\n".join([HEADER, row(0), "Bo,Calfornia,LMFT,individual,,", row(1)]), "utf-8")
    run("batch", str(path), "-o", str(tmp_path / "out"), "--forms", "consent", "--skip-bad", *AS_OF, code=1)

    assert sorted(written(tmp_path / "out", "docx")) == ["0000002_consent_en.docx", "0000004_consent_en.docx"]


def test_no_cell_names_a_file(tmp_path: Path) -> None:
    """Paths, devices and formulas in cells stay inside the forms."""
    path = tmp_path / "names.csv"
    names = ("../../etc/passwd", "/root/x", "CON", "nul.docx", "a\\b", "=1+1")
    path.write_text("\n".join(["Client,State,License,Setting", *(f"{n},CA,LMFT,individual" for n in names)]), "utf-8")
    run("batch", str(path), "-o", str(tmp_path / "out"), "--forms", "release", "--format", "txt", *AS_OF)
    files = written(tmp_path / "out", "txt")

    assert sorted(files) == [f"{n:07d}_release_en.txt" for n in range(2, 8)]
    assert "../../etc/passwd" in files["0000002_release_en.txt"].decode()


def test_a_cell_for_a_spreadsheet_is_no_formula(tmp_path: Path) -> None:
    """What is written back to a csv cannot run when somebody opens it."""
    path = tmp_path / "bad.csv"
    path.write_text("Client,State,License,Setting\nA,=cmd|'/C calc'!A0,LMFT,individual\n", "utf-8")
    run("batch", str(path), "-o", str(tmp_path / "out"), *AS_OF, code=1)

    assert errors_of(tmp_path / "out")[0]["value"].startswith("'=")


def rosters(tmp_path: Path) -> Iterator[tuple[str, Path, str]]:
    def text(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    def book(name: str, *rows: list[Any], merge: str = "") -> Path:
        made = openpyxl.Workbook()
        for cells in rows:
            made.active.append(cells)  # type: ignore[union-attr]
        if merge:
            made.active.merge_cells(merge)  # type: ignore[union-attr]
        made.save(tmp_path / name)
        return tmp_path / name

    yield "empty", text("a.csv", b""), "is empty"
    yield "not a roster", text("b.pdf", b"%PDF"), "is not a roster"
    yield "binary", text("c.csv", b"PK\3\4\0\0"), "is not a text file"
    yield "wrong delimiter", text("d.tsv", b"a,b\n1,2\n"), "looks like several with a comma"
    yield "ten thousand columns", text("e.csv", ",".join(f"c{n}" for n in range(10_000)).encode()), "10,000 columns"
    yield "two alike", text("f.csv", b"a,a\n1,2\n"), "two columns 'a'"
    yield "nameless", text("g.csv", b"a,,c\n1,2,3\n"), "no name for column 2"
    yield "no workbook", text("h.xlsx", b"hello"), "can't be opened as a workbook"
    yield "merged", book("i.xlsx", ["a", "b"], [1, 2], merge="A2:B2"), "merged cells (A2:B2)"
    yield "not json", text("j.jsonl", b"[1, 2]\n"), "is not a JSON object"
    bomb = tmp_path / "k.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    yield "bomb", bomb, "which is more than a roster needs"


def test_a_file_that_is_no_roster_is_told(tmp_path: Path) -> None:
    """Each with what is wrong and what to do, and without a trace of a traceback."""
    seen = 0
    for name, path, words in rosters(tmp_path):
        with pytest.raises(Faults) as caught:
            list(read_roster(path).rows())
        told = str(caught.value.faults[0])
        seen += 1

        assert words in told, (name, told)
        assert caught.value.faults[0].remedy, name
    assert seen >= 10


def test_rosters_are_read_as_people_save_them(tmp_path: Path) -> None:
    """UTF-8 with a mark, Windows-1252, UTF-16, semicolons, tabs, a workbook with days and numbers, lines of json."""
    wanted = ("José", "1980-01-02", "7")
    plain = "name;born;n\nJosé;1980-01-02;7\n"
    files = {
        "a.csv": ("\ufeff" + plain).encode(),
        "b.csv": plain.encode("cp1252"),
        "c.csv": plain.encode("utf-16"),
        "d.tsv": plain.replace(";", "\t").encode(),
        "e.jsonl": b'{"name": "Jos\\u00e9", "born": "1980-01-02", "n": 7}\n',
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    book = openpyxl.Workbook()
    book.active.append(["name", "born", "n"])  # type: ignore[union-attr]
    book.active.append(["José", TODAY.replace(1980, 1, 2), 7.0])  # type: ignore[union-attr]
    book.active.append(["=1+1", None, None])  # type: ignore[union-attr]
    book.save(tmp_path / "f.xlsx")

    for name in (*files, "f.xlsx"):
        first, *rest = read_roster(tmp_path / name).rows()
        assert not isinstance(first, Fault)
        assert first.cells == wanted, name
        assert all(isinstance(each, Fault) and "formula" in each.what for each in rest)
        assert bool(rest) == (name == "f.xlsx")
    assert read_roster(tmp_path / "b.csv").notes == ("read as cp1252",)
    assert len(read_roster(tmp_path / "a.csv").columns) == 3 < MOST_COLUMNS


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("1980-01-02", "January 2, 1980"), ("1/2/1980", "January 2, 1980"), ("Jan 2, 1980", "January 2, 1980"), ("2 January 1980", "January 2, 1980")],
)  # fmt: skip
def test_days_in_several_styles_are_one_day(tmp_path: Path, cell: str, shown: str) -> None:
    """Year first, American order, and with the month's name."""
    path = tmp_path / "days.csv"
    path.write_text(f'Client,State,License,Setting,DOB\nAda,CA,LMFT,individual,"{cell}"\n', "utf-8")
    run("batch", str(path), "-o", str(tmp_path / "out"), "--forms", "release", "--format", "txt", *AS_OF)

    assert shown in (tmp_path / "out" / "0000002_release_en.txt").read_text("utf-8")


def test_a_guess_is_shown_and_can_be_corrected(tmp_path: Path) -> None:
    """The columns' meanings are printed; --map overrides, and refuses what is neither a column nor a meaning."""
    path = tmp_path / "odd.csv"
    path.write_text("Who,State,License,Setting,Client\nAda,CA,LMFT,individual,file 7\n", "utf-8")
    told = run(
        "batch",
        str(path),
        "-o",
        str(tmp_path / "out"),
        "--dry-run",
        "--map",
        "Who=client_name",
        "--map",
        "Client=",
        *AS_OF,
    )
    wrong = run(
        "batch",
        str(path),
        "-o",
        str(tmp_path / "out"),
        "--map",
        "Whom=client_name",
        "--map",
        "Who=client_nam",
        *AS_OF,
        code=2,
    )

    assert [line.split() for line in told.stdout.splitlines() if line.startswith("Who")] == [["Who", "client_name"]]
    assert "(not used)" in told.stdout
    assert not (tmp_path / "out").exists()
    assert "'Whom' is not a column. Did you mean Who?" in wrong.stderr
    assert "Did you mean client_name" in wrong.stderr


def test_every_blank_of_a_roster_is_a_blank_of_some_form() -> None:
    """What a column can mean is what a form can hold."""
    every = {
        id
        for state, license in (("CA", "LMFT"), ("WA", "LMHC"), ("TX", "LPC"))
        for setting in ("individual", "couple", "family")
        for form in form_names()
        for id in assemble(
            make_profile(as_of=TODAY, state=state, license=license, settings=[setting, "teletherapy", "in_person"]),
            form,
        ).document.slots
    }

    assert len(blanks()) > 30
    assert set(blanks()) - every == set()


# --- stopped at any moment --------------------------------------------------------------------------------------------


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from plainconsent.cli import main; main()", *arguments]


def finished(goal: Path) -> dict[str, bytes]:
    """What a run leaves: the files, or the archive itself, and the ledger without its times."""
    files = {"archive": goal.read_bytes()} if goal.is_file() else written(goal, "docx")
    ledger = goal / "ledger.jsonl" if goal.is_dir() else Path(f"{goal}.ledger.jsonl")
    lines = [{k: v for k, v in line.items() if k != "time"} for line in ledger_of(ledger)]
    return {**files, "ledger": json.dumps(lines).encode()}


@pytest.mark.parametrize("ending", ["", ".zip", ".tar"])
def test_a_run_that_is_killed_again_and_again_ends_the_same(tmp_path: Path, ending: str) -> None:
    """Killed with -9 at seventeen random moments and resumed each time: no half file, none twice, the same bytes."""
    path = tmp_path / "clients.csv"
    path.write_text("\n".join([HEADER, *map(row, range(3000))]) + "\n", "utf-8")
    goal, whole = tmp_path / f"killed{ending}", tmp_path / f"whole{ending}"
    arguments = ("batch", str(path), "--forms", "consent", "--quiet", *AS_OF)
    begun = time.monotonic()
    subprocess.run(command(*arguments, "-o", str(whole)), check=True, timeout=120)
    lasts = time.monotonic() - begun
    moments, kills, rounds = random.Random(17), 0, 0
    while kills < 17:
        rounds += 1
        process = subprocess.Popen(command(*arguments, "-o", str(goal), "--resume"))
        try:
            process.wait(moments.uniform(0.25, 1.0) * lasts)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            continue
        assert process.returncode == 0
        assert finished(goal) == finished(whole)
        for left in tmp_path.glob(f"killed{ending}*"):
            subprocess.run(["rm", "-r", str(left)], check=True)
    subprocess.run(command(*arguments, "-o", str(goal), "--resume"), check=True, timeout=120)

    assert finished(goal) == finished(whole)
    assert [left.name for left in goal.parent.rglob(".*.part")] == []
    assert [left.name for left in goal.parent.glob(".*.directory")] == []


def test_a_full_disk_is_told_and_the_run_goes_on_later(roster: Path, tmp_path: Path) -> None:
    """Where no more can be written the run stops with a remedy; with room it goes on to the same end."""
    arguments = ("batch", str(roster), "--forms", "consent", *AS_OF)
    for ending in (".zip", ".tar"):
        full, whole = tmp_path / f"full{ending}", tmp_path / f"whole{ending}"
        run(*arguments, "-o", str(whole))
        stopped = subprocess.run(
            command(*arguments, "-o", str(full)),
            capture_output=True,
            text=True,
            timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)),
        )

        assert stopped.returncode == 2
        assert "Make room, and go on with --resume." in stopped.stderr
        assert "Traceback" not in stopped.stderr
        run(*arguments, "-o", str(full), "--resume")
        assert finished(full) == finished(whole)


def test_a_lost_worker_loses_nothing(tmp_path: Path) -> None:
    """A process of the pool that is killed in the middle takes no form with it."""
    path = tmp_path / "clients.csv"
    path.write_text("\n".join([HEADER, *map(row, range(4000))]) + "\n", "utf-8")
    arguments = ("batch", str(path), "--forms", "consent", "--quiet", *AS_OF)
    run(*arguments, "-o", str(tmp_path / "whole"))
    process = subprocess.Popen(command(*arguments, "-o", str(tmp_path / "hurt"), "--workers", "2"))
    killed = False
    while process.poll() is None:
        workers = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
        if not killed and workers and len(list((tmp_path / "hurt").glob("*.docx"))) > 200:
            os.kill(int(workers[0]), signal.SIGKILL)
            killed = True
        time.sleep(0.02)

    assert killed
    assert process.returncode == 0
    assert finished(tmp_path / "hurt") == finished(tmp_path / "whole")


def test_a_run_is_only_resumed_as_what_it_was(roster: Path, tmp_path: Path) -> None:
    """Without --resume what is there is kept; with it, another roster or other options are refused."""
    arguments = ("batch", str(roster), "-o", str(tmp_path / "out"), "--forms", "consent", *AS_OF)
    run(*arguments)

    assert "Add --resume" in run(*arguments, code=2).stderr
    assert "was finished before" in run(*arguments, "--resume").stdout
    assert "another roster" in run(*arguments, "--resume", "--format", "html", code=2).stderr
    roster.write_text(roster.read_text("utf-8") + row(99) + "\n", "utf-8")
    assert "another roster" in run(*arguments, "--resume", code=2).stderr


def test_one_row_that_fails_later_harms_no_other(tmp_path: Path) -> None:
    """A value that one format cannot show is found only when the file is made; the ledger says so, the others are made."""
    path = tmp_path / "clients.csv"
    path.write_text(
        "\n".join(
            [
                "Client,State,License,Setting",
                "Ada,CA,LMFT,individual",
                "山田,CA,LMFT,individual",
                "Bo,CA,LMFT,individual",
            ]
        ),
        "utf-8",
    )
    run("batch", str(path), "-o", str(tmp_path / "out"), "--forms", "release", "--format", "pdf", *AS_OF, code=1)
    lines = ledger_of(tmp_path / "out" / "ledger.jsonl")

    assert sorted(written(tmp_path / "out", "pdf")) == ["0000002_release_en.pdf", "0000004_release_en.pdf"]
    assert [bool(line.get("failed")) for line in lines] == [False, True, False]
    assert "山田" not in json.dumps(lines, ensure_ascii=False)


# --- more than one machine, and the cloud ---------------------------------------------------------------------------------


def test_a_cluster_makes_the_same_files_though_a_worker_dies(tmp_path: Path) -> None:
    """A Dask scheduler with two worker processes on this machine; one is killed in the middle; nothing is lost."""
    from distributed import LocalCluster  # type: ignore[attr-defined]

    path = tmp_path / "clients.csv"
    path.write_text("\n".join([HEADER, *map(row, range(4000))]) + "\n", "utf-8")
    arguments = ("batch", str(path), "--forms", "consent", "--quiet", *AS_OF)
    run(*arguments, "-o", str(tmp_path / "whole"))
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, worker_dashboard_address=None
    ) as cluster:  # type: ignore[no-untyped-call]
        process = subprocess.Popen(
            command(*arguments, "-o", str(tmp_path / "cluster"), "--scheduler", cluster.scheduler_address)
        )
        killed = False
        while process.poll() is None:
            if not killed and len(list((tmp_path / "cluster").glob("*.docx"))) > 300:
                os.kill(
                    cluster.workers[0].process.process.pid if hasattr(cluster.workers[0].process.process, "pid") else 0,
                    signal.SIGKILL,
                )
                killed = True
            time.sleep(0.02)

    assert killed
    assert process.returncode == 0
    assert finished(tmp_path / "cluster") == finished(tmp_path / "whole")


def test_an_object_store_gets_the_same_files(roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The destination s3://bucket/prefix, against a server that speaks S3; the ledger stays here."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
        keys["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"
        for name, value in keys.items():
            monkeypatch.setenv(name, value)
        import fsspec

        store = fsspec.filesystem("s3", skip_instance_cache=True)
        store.mkdir("forms")
        run("batch", str(roster), "-o", "s3://forms/2026", "--forms", "consent", *AS_OF, cwd=tmp_path)
        there = {name.rpartition("/")[2]: store.cat_file(name) for name in store.ls("forms/2026", detail=False)}
    finally:
        server.stop()
    run("batch", str(roster), "-o", str(tmp_path / "here"), "--forms", "consent", *AS_OF)

    assert there == written(tmp_path / "here", "docx")
    assert len(ledger_of(tmp_path / "ledger.jsonl")) == 40


# --- who must sign again ---------------------------------------------------------------------------------------------


def issued(tmp_path: Path, day: str, state: str = "CO", license: str = "LPC") -> Path:
    path = tmp_path / "one.csv"
    path.write_text(f"Client,State,License,Setting\nAda,{state},{license},individual\n", "utf-8")
    run("batch", str(path), "-o", str(tmp_path / "out"), "--forms", "consent", "--format", "txt", "--as-of", day)
    return tmp_path / "out" / "ledger.jsonl"


def verdicts(ledger: Path, day: str) -> list[dict[str, str]]:
    told = run("reconsent", str(ledger), "--as-of", day, "--format", "json").stdout
    return [json.loads(line) for line in told.splitlines()]


def test_law_that_changed_asks_for_a_new_signature(tmp_path: Path) -> None:
    """Since September 2025 Colorado's report is due within 24 hours: who signed the day before is told why to sign anew."""
    ledger = issued(tmp_path, "2025-08-31")
    (same,), (changed,) = verdicts(ledger, "2025-08-31"), verdicts(ledger, "2025-09-01")

    assert same["verdict"] == "unchanged"
    assert changed["verdict"] == "new signature needed"
    assert "deadline hours" in changed["why"]
    assert "was 0, is 24" in changed["why"]


def test_a_cosmetic_edit_asks_for_nothing(tmp_path: Path) -> None:
    """Other punctuation is no other wording; another word with the same sense is a notice; must for may is a signature."""
    from plainconsent.batch.editions import NOTICE, SIGN, UNCHANGED, _sense, _words, verdict

    def form(words: str, **facts: str) -> dict[str, Any]:
        clause = {"heading": "Threats", "words": _words([words]), "sense": _sense([words]), "facts": facts}
        return {"clauses": {"threat": clause}}

    before = form("I may call the police.")

    assert verdict(before, form("I may call the police!"))[0] == UNCHANGED
    assert verdict(before, form("I may phone the police."))[0] == NOTICE
    assert verdict(before, form("I must call the police."))[0] == SIGN
    phone = {"US-XX:board_contact.phone": "1"}
    moved = {"US-XX:board_contact.phone": "2"}
    assert verdict(form("Call 1.", **phone), form("Call 2.", **moved))[0] == NOTICE
    duty = verdict(
        form("I may.", **{"US-XX:threat_to_others.duty": "may"}),
        form("I must.", **{"US-XX:threat_to_others.duty": "must"}),
    )
    assert duty == (SIGN, ["“Threats” changes with the law: threat to others.duty (US-XX) was may, is must."])


def test_reconsent_needs_its_editions(tmp_path: Path) -> None:
    """A ledger without the file beside it is told, not guessed at."""
    ledger = issued(tmp_path, "2025-08-31")
    (ledger.parent / "ledger.editions.jsonl").unlink()

    assert "is not there" in run("reconsent", str(ledger), code=2).stderr
    assert ROOT.is_dir()


def test_a_letterhead_may_name_a_blank(roster: Path, tmp_path: Path) -> None:
    """A practice's master prints the therapist's name on every page; one that asks whether there is a name is made at length, and equal."""
    from test_docx import swapped

    from plainconsent.packet import default_master

    assert default_master()
    profile = profiles()[0]
    for n, words in enumerate(
        ("For {{ clinician_name }}", "{% if clinician_name %}For {{ clinician_name }}{% endif %}")
    ):
        master = tmp_path / f"{n}.docx"
        master.write_bytes(swapped("<w:sectPr>", f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p><w:sectPr>"))
        own = replace(profile, answers={**profile.answers, "master": master.name})
        press = Press(tmp_path, ("docx",), True)
        for name in NAMES:
            ((_, made),) = press.make(0, own, "consent", {"clinician_name": name})
            document = assemble(own, "consent").document
            slots = {**document.slots, "clinician_name": replace(document.slots["clinician_name"], value=name)}
            wanted = write(replace(document, slots=slots), "docx", Look(True, master.read_bytes()))

            assert parts(made) == parts(wanted)
            assert name in "".join(etree.fromstring(parts(made)["word/document.xml"]).itertext())
        assert [mold is None for mold in press._molds.values()] == [n == 1]
