"""The command line: only this package knows click, and nothing heavy is imported before a command runs."""

from __future__ import annotations

import gc
import io
import os
import sys
from datetime import date
from typing import Any

import click

from plainconsent import __version__
from plainconsent.cli.batch import batch, reconsent
from plainconsent.cli.check import check, readability
from plainconsent.cli.form import explain, form, master, new, packet
from plainconsent.cli.language import language
from plainconsent.cli.law import law
from plainconsent.errors import Faults


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Consent forms for therapy: what a state's law says, in plain words, with a source for every sentence.

    Start with: plainconsent form consent -j CA -l LMFT -s individual -o my-forms
    """


for command in (form, packet, batch, reconsent, new, master, explain, law, readability, check, language):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> Any:
    """Run a command. Exit codes: 0 done, 1 findings, 2 wrong use; a user never sees a traceback."""
    # A command lives for a second; collecting garbage as often as a server does costs it a tenth of that.
    gc.set_threshold(50_000)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(args=arguments, prog_name="plainconsent", standalone_mode=False)
    except Faults as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        code = 2
    except click.ClickException as error:
        error.show()
        code = 2
    except click.Abort:
        click.echo("Stopped.", err=True)
        code = 2
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except OSError as error:
        click.echo(f"Something could not be read or written: {error.strerror or error}.", err=True)
        code = 2
    except Exception as error:
        if os.environ.get("PLAINCONSENT_DEBUG"):
            raise
        click.echo(
            f"plainconsent met a fault of its own ({type(error).__name__}). Nothing was written by halves.", err=True
        )
        click.echo("Set PLAINCONSENT_DEBUG=1 and run it again to see where, then please report it.", err=True)
        code = 2
    sys.exit(code if isinstance(code, int) else 0)


def today() -> date:
    """The only place where the program asks for the day; every function below takes it as an argument."""
    return date.today()
