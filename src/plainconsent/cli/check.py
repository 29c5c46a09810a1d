"""Commands that judge wording: `readability` of forms, and `check` of clauses, catalogs and law together."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from plainconsent.cli.options import Day, base_folder, echo_json, echo_table, profile_from, profile_options


@click.command()
@click.argument("form", default="consent")
@profile_options
@click.option("--all", "every", is_flag=True, help="Every form of every state, license, setting and mode.")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_context
def readability(ctx: click.Context, /, form: str, every: bool, shape: str, **options: Any) -> None:
    """Measure how hard a form is to read, by form and by section, against the gates.

    FORM is a form's name, or a folder of .json forms made by this program.
    Example: plainconsent readability consent -j CA -l LMFT -s individual
    """
    from plainconsent.cli import today
    from plainconsent.packet import overlay_of
    from plainconsent.scores import all_scores, folder_scores, one_score

    if every:
        scores = all_scores(options["as_of"] or today(), options["language"] or "en")
    elif len(form) < 200 and Path(form).is_dir():
        scores = folder_scores(Path(form))
    else:
        profile = profile_from(options)
        scores = [one_score(profile, form, overlay_of(profile, base_folder(options)))]
    failed = sum(1 for score in scores if score["failed"])
    if shape == "json":
        echo_json(scores)
    else:
        _echo_scores(scores, len(scores) == 1)
        click.echo(f"{len(scores)} forms measured, {failed} outside the gates.")
    ctx.exit(1 if failed else 0)


def _echo_scores(scores: list[dict[str, Any]], sections: bool) -> None:
    gates = list(scores[0]["figures"]) if scores else []
    echo_table(["form", *gates], [[s["form"], *(s["figures"][gate] for gate in gates)] for s in scores], widest=60)
    for score in scores:
        for failure in score["failed"]:
            click.echo(f"  {score['form']}: {failure}")
    if sections:
        click.echo()
        echo_table(
            ["section", "grade", "words"],
            [[s["section"], s["grade"], s["words"]] for s in scores[0]["sections"]],
            widest=60,
        )
        for note in scores[0]["notes"]:
            click.echo(f"  {note}")


@click.command()
@click.option("--as-of", type=Day(), help="Judge the age of checks on this day (default: today).")
@click.option("--warnings", is_flag=True, help="Show what is only worth a look, too.")
@click.pass_context
def check(ctx: click.Context, as_of: date | None, warnings: bool) -> None:
    """Check everything: the law files, the style of the clauses, the outlines' coverage and the catalogs.

    Example: plainconsent check
    """
    from plainconsent.checkall import check_all
    from plainconsent.cli import today

    found = False
    for name, faults, notes in check_all(as_of or today()):
        for fault in faults:
            click.echo(str(fault))
        for note in notes if warnings else ():
            click.echo(f"(worth a look) {note}")
        click.echo(f"{name}: {len(faults)} faults, {len(notes)} worth a look.")
        found = found or bool(faults)
    ctx.exit(1 if found else 0)
