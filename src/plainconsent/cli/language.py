"""Commands for translators: extract, init, update, status, check and pseudo."""

from __future__ import annotations

import click

from plainconsent.cli.options import echo_table, end_with


@click.group()
def language() -> None:
    """Put the forms into other languages: catalogs of messages in .po files."""


@language.command()
def extract() -> None:
    """Collect every message of the forms into templates/locale/plainconsent.pot.

    Example: plainconsent language extract
    """
    from plainconsent.catalogs import extract as extract_messages

    click.echo(extract_messages())


@language.command()
@click.argument("tag")
def init(tag: str) -> None:
    """Begin a catalog for a language, such as vi or zh-Hans.

    Example: plainconsent language init vi
    """
    from plainconsent.catalogs import init as init_catalog

    click.echo(init_catalog(tag))


@language.command()
@click.argument("tag", required=False)
def update(tag: str | None) -> None:
    """Bring catalogs up to date with the forms; changed messages become fuzzy and keep their old source.

    Example: plainconsent language update es
    """
    from plainconsent.catalogs import update as update_catalogs

    for line in update_catalogs(tag):
        click.echo(line)


@language.command()
def status() -> None:
    """Show for each language what is translated, fuzzy, missing, and who reviewed it.

    Example: plainconsent language status
    """
    from plainconsent.catalogs import status as catalog_status

    echo_table(("language", "translated", "fuzzy", "missing", "words left", "reviewer"), catalog_status())


@language.command()
@click.argument("tag", required=False)
@click.pass_context
def check(ctx: click.Context, tag: str | None) -> None:
    """Check catalogs: placeholders, numbers, bold, negation of must and may, missing and fuzzy messages.

    Example: plainconsent language check es
    """
    from plainconsent.catalogcheck import check as check_catalogs

    end_with(ctx, check_catalogs(tag), "")


@language.command()
def pseudo() -> None:
    """Print the consent form in an invented language: words that stay plain English escaped translation.

    Example: plainconsent language pseudo
    """
    from plainconsent.catalogs import pseudo as pseudo_form
    from plainconsent.cli import today

    click.echo(pseudo_form(today()))
