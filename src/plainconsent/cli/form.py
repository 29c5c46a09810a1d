"""Commands that make forms: `form`, `packet`, `new`, and `explain`, which says why a clause is in or out."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from plainconsent.cli.options import (
    Day,
    base_folder,
    echo_json,
    echo_table,
    end_with,
    formats_from,
    profile_from,
    profile_options,
)
from plainconsent.errors import Fault, Faults

ALL = "docx,pdf,html,txt,json"


@click.command()
@click.argument("form", metavar="FORM")
@profile_options
@click.option("--format", "formats", default="docx,pdf", show_default=True, help=f"Any of {ALL}, with commas.")
@click.option("--fillable/--flat", default=True, help="Blanks that can be typed into, or plain lines.")
@click.option("--reviewer", is_flag=True, help="Write the reviewer's copy, too: every paragraph with its law.")
@click.option("-o", "--output", default=".", show_default=True, help="A folder, or - to print one format.")
@click.option("--force", is_flag=True, help="Replace files that are already there.")
def form(form: str, formats: str, fillable: bool, reviewer: bool, output: str, force: bool, **options: Any) -> None:
    """Make one form: consent, teletherapy or release.

    Example: plainconsent form consent -j CA -l LMFT -s individual -s teletherapy -o my-forms
    """
    from plainconsent.packet import make_form

    wanted = formats_from(formats)
    if output == "-" and len(wanted) != 1:
        raise click.UsageError("-o - prints one format; name it, like --format txt.")
    profile = profile_from(options)
    if profile.license_note:
        click.echo(profile.license_note, err=True)
    files = make_form(
        profile,
        form,
        wanted,
        fillable,
        reviewer and output != "-",
        base_folder(options),
        [pair.partition("=")[0].strip() for pair in options["fill"]],
    )
    _deliver(files, output, force)


def _deliver(files: dict[str, bytes], output: str, force: bool) -> None:
    from plainconsent.files import write_files

    if output == "-":
        sys.stdout.buffer.write(next(iter(files.values())))
        return
    for path in write_files(Path(output), files, force):
        click.echo(str(path))


@click.command()
@click.argument("practice", type=click.Path(path_type=Path))
@click.option("--as-of", type=Day(), help="Make the packet of this day (default: today).")
@click.option("--format", "formats", default="docx,pdf", show_default=True, help=f"Any of {ALL}, with commas.")
@click.option("--fillable/--flat", default=True, help="Blanks that can be typed into, or plain lines.")
@click.option("--explain/--no-explain", default=True, help="Say beside each form why each clause is in or out.")
@click.option("-o", "--output", default="packet", show_default=True, help="The folder to write to.")
@click.option("--force", is_flag=True, help="Replace files that are already there.")
def packet(
    practice: Path, as_of: date | None, formats: str, fillable: bool, explain: bool, output: str, force: bool
) -> None:
    """Make every form a practice's settings ask for, with an index, the reviewer's copies and the explanation.

    Example: plainconsent packet practice.yaml -o packet
    """
    from plainconsent.cli import today
    from plainconsent.packet import make_packet
    from plainconsent.profile import read_practice

    if output == "-":
        raise click.UsageError("A packet is many files; name a folder with -o.")
    files = make_packet(read_practice(practice), as_of or today(), formats_from(formats), fillable, explain)
    _deliver(files, output, force)


@click.command()
@click.option(
    "-o",
    "--output",
    default="practice.yaml",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The file to write.",
)
@click.option("--force", is_flag=True, help="Replace the file when it is already there.")
def new(output: Path, force: bool) -> None:
    """Ask a few questions and write a commented practice.yaml.

    Example: plainconsent new -o practice.yaml
    """
    from plainconsent.files import write_files
    from plainconsent.newpractice import practice_text

    # Before the questions, not after them: nobody answers twenty-five in vain.
    if output.exists() and not force:
        raise Faults([Fault(str(output), "is already there.", "Add --force to replace it.")])
    if not output.parent.is_dir():
        raise Faults([Fault(str(output.parent), "is not a folder.", "Choose another place with -o.")])

    def ask(question: str) -> str:
        return str(click.prompt(question, default="", show_default=False))

    text = practice_text(ask, lambda fault: click.echo(f"  {fault}", err=True))
    write_files(output.parent, {output.name: text.encode()}, force)
    click.echo(f"{output}\nNext: plainconsent packet {output} -o packet")


@click.command()
@click.option(
    "-o",
    "--output",
    default="letterhead.docx",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The file to write.",
)
@click.option(
    "--check", "checked", type=click.Path(path_type=Path), help="Check this Word master instead of writing one."
)
@click.option("--force", is_flag=True, help="Replace the file when it is already there.")
@click.pass_context
def master(ctx: click.Context, /, output: Path, checked: Path | None, force: bool) -> None:
    """Write the Word master to restyle (letterhead, logo, fonts), or check your own.

    Name your master in practice.yaml: `master: letterhead.docx`.
    Example: plainconsent master -o letterhead.docx
    """
    from plainconsent.files import write_files
    from plainconsent.packet import default_master, master_faults

    if checked is None:
        write_files(output.parent, {output.name: default_master()}, force)
        click.echo(f"{output}\nRestyle it in Word, then check it: plainconsent master --check {output}")
        return
    end_with(ctx, master_faults(checked), f"{checked}: ")


@click.command()
@click.argument("form", metavar="[FORM]", default="consent")
@profile_options
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table", show_default=True)
def explain(form: str, shape: str, **options: Any) -> None:
    """Say of every clause whether it is in, what decided it, and which law it rests on.

    Example: plainconsent explain -j CA -l LMFT -s individual
    """
    from plainconsent.packet import explain_rows

    profile = profile_from(options)
    if profile.license_note:
        click.echo(profile.license_note, err=True)
    rows = explain_rows(profile, form, base_folder(options))
    if shape == "json":
        echo_json(rows)
    else:
        header = ("clause", "in", "because", "law")
        echo_table(header, [[row[name] for name in header] for row in rows], widest=70)
