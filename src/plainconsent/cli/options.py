"""Options that several commands share, and how tables are printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from plainconsent.errors import Fault, Faults, nearest


class Day(click.ParamType[date]):
    """A day as year-month-day."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day of the calendar; write it like 2026-11-25.", param, ctx)


class Days(click.ParamType[int]):
    """A number of days, as 90d or 90."""

    name = "DAYS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        digits = str(value).removesuffix("d")
        if not re.fullmatch(r"[0-9]{1,4}", digits):
            self.fail(f"{value!r} is not a number of days up to 9999; write it like 90d.", param, ctx)
        return int(digits)


def profile_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Who practices where: the options of every command that makes or explains a form."""
    for option in reversed(
        (
            click.option("-j", "--jurisdiction", help="The state of the license: CA, US-CA or California."),
            click.option("-l", "--license", help="The license: LMFT, LCSW, LPCC, psychologist, or the local letters."),
            click.option(
                "-s",
                "--setting",
                multiple=True,
                help="individual, couple, family or group; and in_person or teletherapy.",
            ),
            click.option(
                "--practice", type=click.Path(path_type=Path), help="A practice.yaml, as `plainconsent new` writes it."
            ),
            click.option("--client-state", help="The state where the client is when you meet at a distance."),
            click.option(
                "--minor",
                type=click.Choice(["parent", "own"]),
                help="The client is under 18: a parent says yes, or the client alone.",
            ),
            click.option("--as-of", type=Day(), help="Print the form of this day (default: today)."),
            click.option("--language", help="The language of the form: en, es."),
            click.option(
                "--fill", multiple=True, metavar="BLANK=VALUE", help='Fill a blank, like clinician_name="Ada Sample".'
            ),
        )
    ):
        command = option(command)
    return command


def profile_from(options: Mapping[str, Any]) -> Any:
    """The Profile that the shared options name."""
    from plainconsent.cli import today
    from plainconsent.profile import make_profile, read_practice

    return make_profile(
        as_of=options["as_of"] or today(),
        practice=read_practice(options["practice"]) if options["practice"] else None,
        state=options["jurisdiction"],
        license=options["license"],
        settings=options["setting"],
        client_state=options["client_state"],
        language=options["language"],
        minor=options["minor"] or "",
        fills=dict(_fills(options["fill"])),
    )


def base_folder(options: Mapping[str, Any]) -> Path:
    """The folder that the paths in the practice file start from."""
    return options["practice"].parent if options["practice"] else Path()


def _fills(given: Iterable[str]) -> Iterable[tuple[str, str]]:
    names = [pair.partition("=")[0].strip() for pair in given]
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Faults(
                [Fault("--fill", "has no = between blank and value.", 'Write it like clinician_name="Ada Sample".')]
            )
        if names.count(name.strip()) > 1:
            raise Faults([Fault(f"--fill {name.strip()}", "stands twice.", "Keep one of the two.")])
        yield name.strip(), value


def formats_from(text: str) -> list[str]:
    """`docx,pdf` as a list of known formats; raises Faults with the nearest name."""
    from plainconsent.writers import FORMATS

    wanted = [word.strip().casefold() for word in text.split(",") if word.strip()]
    faults = [
        Fault("--format", f"{word!r} is not a format.", nearest(word, FORMATS))
        for word in wanted
        if word not in FORMATS
    ]
    if faults or not wanted:
        raise Faults(faults or [Fault("--format", "is empty.", nearest("", FORMATS))])
    return list(dict.fromkeys(wanted))


def end_with(ctx: click.Context, faults: Sequence[Fault], told: str) -> None:
    """Print the faults and a last line with their number; exit 1 when there are any."""
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{told}{len(faults)} faults.")
    ctx.exit(1 if faults else 0)


def echo_table(header: Sequence[str], rows: Iterable[Sequence[str]], widest: int = 44) -> None:
    """A plain table; long cells are cut with an ellipsis so that rows stay lines."""
    table = [[_cut(str(cell), widest) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[n]) for row in table) for n in range(len(header))]
    for n, row in enumerate(table):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if n == 0:
            click.echo("  ".join("-" * width for width in widths))


def _cut(text: str, widest: int) -> str:
    return text if len(text) <= widest else text[: widest - 1] + "…"


def echo_csv(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Rows as CSV on standard output."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.DictWriter(text, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    click.echo(text.getvalue(), nl=False)


def echo_json(data: Any) -> None:
    import json

    click.echo(json.dumps(data, ensure_ascii=False, indent=1))
