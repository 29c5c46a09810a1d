"""Commands about the law: `law list`, `show`, `export`, `check`, `coverage`, `due`, `diff` and `changes`."""

from __future__ import annotations

from datetime import date

import click

from plainconsent.cli.options import Day, Days, echo_csv, echo_json, echo_table, end_with

COLUMNS = ("jurisdiction", "role", "topic", "field", "value", "from", "until", "citation", "url", "evidence", "checked")


@click.group()
def law() -> None:
    """Read, export and check the law that the forms are made from."""


@law.command("list")
def list_() -> None:
    """List the states whose law is here, with their four licenses, and the questions asked of each.

    Example: plainconsent law list
    """
    from plainconsent.cli import today
    from plainconsent.jurisdictions import read_law, read_topics
    from plainconsent.lookup import local_titles, names

    rows = []
    for id, name in names().items():
        titles = local_titles(read_law(id), today())
        rows.append((id, name, ", ".join(short for _, short, _ in titles.values())))
    echo_table(("id", "state", "licenses"), rows)
    click.echo()
    echo_table(
        ("topic", "question"), [(topic, about["question"]) for topic, about in read_topics().topics.items()], widest=100
    )


@law.command()
@click.argument("jurisdiction")
@click.option("--topic", help="Only this question, like threat_to_others.")
@click.option("--license", "-l", help="Only what binds this license.")
@click.option("--as-of", type=Day(), help="The law of this day (default: today).")
@click.option("--format", "shape", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def show(jurisdiction: str, topic: str | None, license: str | None, as_of: date | None, shape: str) -> None:
    """Show one state's answers in force on a day, with citations.

    Example: plainconsent law show CA --topic threat_to_others -l LMFT
    """
    from plainconsent.cli import today
    from plainconsent.lawshow import show_rows

    rows = show_rows(jurisdiction, topic, license, as_of or today())
    if shape == "json":
        echo_json(rows)
    elif shape == "csv":
        echo_csv(COLUMNS, rows)
    else:
        short = ("role", "topic", "field", "value", "from", "citation", "evidence", "checked")
        echo_table(short, [[row[name] for name in short] for row in rows])


@law.command()
@click.option("--format", "shape", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export(shape: str) -> None:
    """Write every statement, one row per statement, role and field.

    Example: plainconsent law export --format csv > law.csv
    """
    from plainconsent.jurisdictions import read_law
    from plainconsent.lawcheck import all_ids, law_rows

    rows = [row for id in all_ids() for row in law_rows(read_law(id))]
    echo_csv(COLUMNS, rows) if shape == "csv" else echo_json(rows)


@law.command()
@click.argument("jurisdiction", nargs=-1)
@click.option("--as-of", type=Day(), help="Judge the age of checks on this day (default: today).")
@click.pass_context
def check(ctx: click.Context, jurisdiction: tuple[str, ...], as_of: date | None) -> None:
    """Check the law files: shape, overlaps, gaps, stale checks, unknown keys, topics nobody prints.

    Example: plainconsent law check
    """
    from plainconsent.cli import today
    from plainconsent.lawcheck import check_law, law_files
    from plainconsent.lawshow import files_of

    files = files_of(jurisdiction) if jurisdiction else None
    faults = check_law(as_of or today(), files)
    end_with(ctx, faults, f"{len(files or law_files())} law files read, ")


@law.command()
@click.option("--as-of", type=Day(), help="The law of this day (default: today).")
@click.option(
    "--format", "shape", type=click.Choice(["table", "json", "csv", "html"]), default="table", show_default=True
)
def coverage(as_of: date | None, shape: str) -> None:
    """Show how well each state's answers are known: read in full, by summaries, unclear, or absent.

    The web page (--format html) shows it as a map and a grid. Example: plainconsent law coverage --format html > coverage.html
    """
    from plainconsent.cli import today
    from plainconsent.lawcover import coverage_rows

    if shape == "html":
        from plainconsent.coveragepage import coverage_page

        click.echo(coverage_page(as_of or today()), nl=False)
        return

    rows = coverage_rows(as_of or today())
    if shape == "json":
        echo_json(rows)
    elif shape == "csv":
        echo_csv(list(rows[0]), rows)
    else:
        echo_table(list(rows[0]), [list(row.values()) for row in rows])


@law.command()
@click.option("--within", default=0, type=Days(), help="Also what falls due within so many days: 90d.")
@click.option("--as-of", type=Day(), help="Judge on this day (default: today).")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table", show_default=True)
def due(within: int, as_of: date | None, shape: str) -> None:
    """List what has to be read again because its check is a year old, the most harmful first.

    Example: plainconsent law due --within 90d
    """
    from plainconsent.cli import today
    from plainconsent.lawcover import due_rows

    rows = due_rows(as_of or today(), within)
    if shape == "json":
        echo_json(rows)
    elif rows:
        echo_table(list(rows[0]), [list(row.values()) for row in rows], widest=70)
    else:
        click.echo("Nothing is due.")


@law.command()
@click.argument("one")
@click.argument("other")
@click.option("--license", "-l", help="One license, as in the first state (default: all four).")
@click.option("--as-of", type=Day(), help="The law of this day (default: today).")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table", show_default=True)
def diff(one: str, other: str, license: str | None, as_of: date | None, shape: str) -> None:
    """Show what two states answer differently, for one license or for all four.

    Example: plainconsent law diff CA WA -l LMFT
    """
    from plainconsent.cli import today
    from plainconsent.jurisdictions import read_law
    from plainconsent.lawcover import diff_rows, diff_words
    from plainconsent.lookup import find_jurisdiction, find_role

    laws = [read_law(find_jurisdiction(word, "JURISDICTION")) for word in (one, other)]
    on = as_of or today()
    roles = [find_role(license, laws[0], on)[0]] if license else laws[0].roles
    if shape == "json":
        echo_json(diff_rows(laws[0], laws[1], roles, on))
    else:
        click.echo("\n".join(diff_words(laws[0], laws[1], roles, on)) or "They answer alike.")


@law.command()
@click.option("--since", type=Day(), required=True, help="Changes after this day.")
@click.option("--jurisdiction", "-j", multiple=True, help="Only this state, or US; may be given several times.")
@click.option("--material", is_flag=True, help="Only what changes a client's form.")
@click.option("--as-of", type=Day(), help="What begins after this day is marked as coming (default: today).")
@click.option("--format", "shape", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def changes(since: date, jurisdiction: tuple[str, ...], material: bool, as_of: date | None, shape: str) -> None:
    """List what changed in the law after a day, and whether a client's form changes with it.

    Example: plainconsent law changes --since 2025-01-01 -j CA
    """
    from plainconsent.cli import today
    from plainconsent.lawcover import change_rows
    from plainconsent.lawshow import find_law
    from plainconsent.lookup import names

    laws = [find_law(word) for word in jurisdiction or ("US", *names())]
    rows = [row for law in laws for row in change_rows(law, since, as_of or today())]
    rows = [row for row in rows if row["kind"] == "material" or not material]
    if shape == "json":
        echo_json(rows)
    elif shape == "csv":
        echo_csv(list(rows[0]) if rows else (), rows)
    elif rows:
        short = ("jurisdiction", "day", "kind", "in force", "topic", "licenses", "what")
        echo_table(short, [[row[name] for name in short] for row in rows], widest=70)
    else:
        click.echo(f"No change after {since} is recorded.")
