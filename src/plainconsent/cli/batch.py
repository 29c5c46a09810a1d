"""Commands for many forms at once: `batch` makes them from a roster, `reconsent` says who must sign anew."""

from __future__ import annotations

import functools
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plainconsent.cli.options import Day, echo_csv, echo_json, echo_table, formats_from
from plainconsent.errors import Fault, Faults

if TYPE_CHECKING:
    from concurrent.futures import Executor

_SHOWN = 20  # faults on the screen; errors.csv has them all
ERROR_COLUMNS = ("row", "column", "value", "what", "remedy")


@click.command()
@click.argument("roster", type=click.Path(path_type=Path))
@click.option(
    "-p", "--practice", type=click.Path(path_type=Path), help="The practice's file, for what a row leaves out."
)
@click.option(
    "-o", "--output", required=True, help="A folder, a file .zip or .tar, or an address like s3://bucket/prefix."
)
@click.option(
    "--forms", default="packet", show_default=True, help="packet, or any of consent, teletherapy, release, with commas."
)
@click.option(
    "--format", "formats", default="docx", show_default=True, help="Any of docx, pdf, html, txt, json, with commas."
)
@click.option("--fillable/--flat", default=True, help="Blanks that can be typed into, or plain lines.")
@click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=MEANING", help="What a column means, when the guess is wrong."
)
@click.option("--skip-bad", is_flag=True, help="Make the good rows even when others are bad.")
@click.option("--resume", is_flag=True, help="Go on where a run was stopped.")
@click.option("--dry-run", is_flag=True, help="Check every row and make nothing.")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes on this machine.")
@click.option(
    "--scheduler", help="The address of a Dask scheduler, like tcp://10.0.0.1:8786; its workers make the forms."
)
@click.option("--ledger", type=click.Path(path_type=Path), help="Where the record of what was issued goes.")
@click.option("--as-of", type=Day(), help="Make the forms of this day (default: today).")
@click.option("--quiet", is_flag=True, help="Say nothing but faults.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.pass_context
def batch(ctx: click.Context, /, roster: Path, practice: Path | None, output: str, **options: Any) -> None:
    """Make forms for every row of a roster (csv, tsv, xlsx, jsonl): a clinician, a setting, or a client a row.

    Every row is checked before the first file is written. Stop it at any moment, and go on with --resume.
    Example: plainconsent batch clients.csv -p practice.yaml -o forms.zip --forms consent
    """
    from plainconsent.batch.destination import is_archive, is_remote
    from plainconsent.batch.ledger import Ledger
    from plainconsent.batch.plan import check_rows, make_plan
    from plainconsent.batch.roster import read_roster
    from plainconsent.batch.run import Run
    from plainconsent.cli import today
    from plainconsent.profile import empty_practice, read_practice

    say = _Teller(quiet=options["quiet"] or options["as_json"])
    file = read_practice(practice) if practice else empty_practice()
    forms = [word.strip() for word in options["forms"].split(",") if word.strip()]
    plan = make_plan(
        read_roster(roster),
        file,
        practice.parent if practice else Path(),
        options["as_of"] or today(),
        forms,
        options["maps"],
    )
    ledger = Ledger(options["ledger"] or _beside(output, "ledger.jsonl"))
    if not options["dry_run"]:
        _refuse_what_is_there(output, ledger, options["resume"])
    say.table(plan)
    with _error_file(_beside(output, "errors.csv")) as told:
        found = check_rows(plan, told)
    if found.faults:
        click.echo(
            f"{found.bad_rows:,} of {found.rows:,} rows are bad ({found.faults:,} faults; all in {_beside(output, 'errors.csv')}).",
            err=True,
        )
    say.line(
        f"{found.rows:,} rows, {found.jobs:,} forms, {found.jobs * len(formats_from(options['formats'])):,} files."
    )
    if found.bad_rows and not options["skip_bad"]:
        click.echo("Nothing was made. Mend the rows, or add --skip-bad to make the others.", err=True)
        ctx.exit(1)
    if options["dry_run"]:
        ctx.exit(1 if found.bad_rows else 0)
    total = found.jobs * len(formats_from(options["formats"]))
    with say.progress(total) as heard:
        run = Run(
            plan,
            tuple(formats_from(options["formats"])),
            options["fillable"],
            output,
            ledger,
            _now,
            _pool(options),
            heard,
        )
        begun = time.perf_counter()
        try:
            run.start(options["resume"])
        except OSError as error:
            what = f"can't be written ({error.strerror or error})."
            raise Faults([Fault(output, what, "Make room, and go on with --resume.")]) from None
    seconds = time.perf_counter() - begun
    if options["as_json"]:
        echo_json(
            {**vars(run.summary), "bad_rows": found.bad_rows, "seconds": round(seconds, 3), "ledger": str(ledger.path)}
        )
    else:
        say.summary(run.summary, seconds, output, ledger.path)
    assert is_archive(output) or is_remote(output) or Path(output).is_dir()
    ctx.exit(1 if run.summary.failed or found.bad_rows else 0)


def _refuse_what_is_there(output: str, ledger: Any, resume: bool) -> None:
    """A run never mixes with another's files."""
    from plainconsent.batch.destination import is_remote

    path = Path(output)
    there = not is_remote(output) and (
        path.is_file() or (path.is_dir() and any(found.name != "errors.csv" for found in path.iterdir()))
    )
    if resume and ledger.exists:
        return
    if resume and there:
        raise Faults([Fault(output, "has no ledger to go on with.", "Begin in another place.")])
    if there or ledger.exists:
        where = output if there else str(ledger.path)
        raise Faults([Fault(where, "is already there.", "Add --resume to go on with it, or choose another place.")])


def _beside(output: str, name: str) -> Path:
    """The ledger's and the errors' place: inside a folder, beside an archive, here for an address."""
    from plainconsent.batch.destination import is_archive, is_remote

    if is_remote(output):
        return Path(name)
    return Path(f"{output}.{name}") if is_archive(output) else Path(output) / name


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pool(options: dict[str, Any]) -> Callable[[], Executor] | None:
    if options["scheduler"]:
        return functools.partial(_cluster, options["scheduler"])
    if options["workers"] > 1:
        from concurrent.futures import ProcessPoolExecutor

        return lambda: ProcessPoolExecutor(options["workers"])
    return None


def _cluster(address: str) -> Executor:
    """The executor of a Dask cluster: the same interface as a pool of processes."""
    try:
        import distributed
    except ImportError:
        raise Faults(
            [Fault("--scheduler", "needs the package distributed.", "Install plainconsent[cluster].")]
        ) from None
    try:
        cluster: Any = distributed
        client = cluster.Client(address, timeout=10, set_as_default=False)
        executor: Executor = client.get_executor(retries=3)
    except (OSError, ValueError) as error:
        raise Faults([Fault("--scheduler", f"{address!r} does not answer ({error}).", "Check the address.")]) from None
    return executor


@contextmanager
def _error_file(path: Path) -> Iterator[Callable[[Fault, str], None]]:
    """Every fault goes to errors.csv, the first ones to the screen, too; no fault, no file."""
    import csv

    handle: Any = None
    writer: Any = None
    count = 0

    def told(fault: Fault, value: str) -> None:
        nonlocal handle, writer, count
        if handle is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = open(path, "w", encoding="utf-8", newline="", opener=_open_private)  # noqa: SIM115
            writer = csv.writer(handle)
            writer.writerow(ERROR_COLUMNS)
        count += 1
        row, _, column = fault.where.removeprefix("row ").partition(", ")
        writer.writerow([harmless(cell) for cell in (row, column, value, fault.what, fault.remedy)])
        if count <= _SHOWN:
            click.echo(f"{fault}" + (f" ({value[:40]!r})" if value else ""), err=True)
        elif count == _SHOWN + 1:
            click.echo("...", err=True)

    try:
        yield told
    finally:
        if handle is not None:
            handle.close()


def _open_private(path: str, flags: int) -> int:
    """Mode 0600: the file names the cells that are wrong."""
    return os.open(path, flags, 0o600)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


class _Teller:
    """What the command says while it works."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet

    def line(self, words: str) -> None:
        if not self._quiet:
            click.echo(words)

    def table(self, plan: Any) -> None:
        """How the columns were understood: a guess is always shown."""
        if not self._quiet:
            rows = [(column, plan.targets.get(column, "(not used)")) for column in plan.roster.columns]
            echo_table(("column", "means"), rows)
            for note in plan.roster.notes:
                click.echo(f"The roster was {note}.")

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[int], None]]:
        """A bar with rate and time left on a terminal, a line now and then elsewhere."""
        if self._quiet:
            yield lambda done: None
            return
        from tqdm import tqdm

        on_terminal = sys.stderr.isatty()
        with tqdm(
            total=total,
            unit=" files",
            file=sys.stderr if on_terminal else io.StringIO(),
            mininterval=0.2 if on_terminal else 10,
            dynamic_ncols=True,
        ) as bar:
            last = time.monotonic()

            def heard(done: int) -> None:
                nonlocal last
                bar.update(done)
                if not on_terminal and time.monotonic() - last > 10:
                    last = time.monotonic()
                    click.echo(f"{bar.n:,} of {total:,} files", err=True)

            yield heard

    def summary(self, summary: Any, seconds: float, output: str, ledger: Path) -> None:
        if self._quiet:
            return
        for note in summary.notes:
            click.echo(note)
        rows = [(form, f"{count:,}") for form, count in summary.by_form.items()]
        echo_table(("form", "files"), [*rows, ("all", f"{summary.made:,}")])
        rate = f"{summary.made / seconds:,.0f} a second" if seconds > 0.01 else "at once"
        click.echo(f"{summary.bytes / 1e6:,.1f} MB in {seconds:,.1f} s ({rate}), {summary.failed:,} failed.")
        click.echo(f"{output}\nRecord of what was issued: {ledger}")


@click.command()
@click.argument("ledger", type=click.Path(path_type=Path))
@click.option("-p", "--practice", type=click.Path(path_type=Path), help="The practice's file, when it has an overlay.")
@click.option("--as-of", type=Day(), help="Judge by law and wording of this day (default: today).")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--all", "every", is_flag=True, help="List every document in the table, not only the counts.")
def reconsent(ledger: Path, practice: Path | None, as_of: date | None, shape: str, every: bool) -> None:
    """Say which issued forms law or wording has changed under: new signature needed, notice only, or unchanged.

    Example: plainconsent reconsent forms/ledger.jsonl --as-of 2027-01-01 --format csv > who.csv
    """
    from plainconsent.batch.reconsent import reconsent_rows
    from plainconsent.cli import today

    rows = reconsent_rows(ledger, as_of or today(), practice.parent if practice else Path())
    columns = ("row", "file", "form", "issued", "verdict", "why")
    if shape == "csv":
        echo_csv(columns, ({name: harmless(value) for name, value in row.items()} for row in rows))
    elif shape == "json":
        import json

        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
    else:
        _reconsent_table(rows, every)


def _reconsent_table(rows: Iterator[dict[str, str]], every: bool) -> None:
    counts: dict[tuple[str, str, str], int] = {}
    listed = []
    for row in rows:
        key = (row["verdict"], row["form"], row["why"])
        counts[key] = counts.get(key, 0) + 1
        if every:
            listed.append(tuple(row[name] for name in ("row", "file", "verdict")))
    if listed:
        echo_table(("row", "file", "verdict"), listed)
        click.echo()
    echo_table(
        ("verdict", "form", "documents", "why"),
        [(v, f, f"{n:,}", w or "-") for (v, f, w), n in sorted(counts.items())],
        widest=100,
    )
