"""How the project is built: who may import whom, sentences only where they belong, every command documented."""

import ast
import re
from pathlib import Path

import click
from conftest import ROOT

from plainconsent.cli import cli
from plainconsent.lookup import names

SOURCE = ROOT / "src" / "plainconsent"
PURE = ("document", "errors", "law", "places")


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports, anywhere in it: `law`, `writers`, `cli.form`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("plainconsent"):
            rest = (node.module or "").removeprefix("plainconsent").strip(".")
            found |= {rest} if rest else {alias.name for alias in node.names}
    return found - {"__version__"}


def modules() -> dict[str, Path]:
    return {str(path.relative_to(SOURCE))[:-3].replace("/", "."): path for path in SOURCE.rglob("*.py")}


def test_the_guard_sees_the_modules() -> None:
    """There are modules to judge, in the places where they are expected."""
    assert {"document", "law", "assemble", "writers.docx", "writers.pdf", "cli.form"} <= set(modules())


def test_pure_modules_import_nothing_of_ours() -> None:
    """`law` and `document` know no other module."""
    assert {name: imports(modules()[name]) for name in PURE if imports(modules()[name])} == {}


def test_writers_never_see_law_facts_or_wording() -> None:
    """A writer knows the document, errors and where its frame lies, and its own helpers."""
    allowed = {"document", "errors", "places"}
    seen = {
        name: {m for m in imports(path) if m not in allowed and not m.startswith("writers._")}
        for name, path in modules().items()
        if name.startswith("writers.") and name != "writers.__init__"
    }

    assert len(seen) >= 5
    assert {name: found for name, found in seen.items() if found} == {}


def test_only_the_command_line_knows_click() -> None:
    """No other module imports click or prints."""
    strangers = [
        name
        for name, path in modules().items()
        if not name.startswith("cli")
        and re.search(r"^\s*(import click|from click)|\bprint\(", path.read_text("utf-8"), re.MULTILINE)
    ]

    assert strangers == []


def test_no_module_but_the_command_line_asks_for_the_day() -> None:
    """The date of use is an argument everywhere."""
    clocks = [
        name
        for name, path in modules().items()
        if re.search(r"date\.today\(|datetime\.now\(|time\.time\(", path.read_text("utf-8"))
    ]

    assert clocks == ["cli.__init__", "cli.batch"]


def test_no_state_is_named_in_code_or_templates() -> None:
    """A state's name stands in its law file alone; examples in help texts use letters."""
    states = re.compile(r"\b(" + "|".join(names().values()) + r")\b")
    files = [
        *SOURCE.rglob("*.py"),
        *(ROOT / "templates" / "clauses").glob("*.md"),
        *(ROOT / "templates" / "forms").glob("*.yaml"),
    ]
    named = [
        str(path.relative_to(ROOT))
        for path in files
        for line in path.read_text("utf-8").splitlines()
        if states.search(line) and "help=" not in line and '"""' not in line
    ]

    assert len(files) > 60
    assert named == []


def test_every_module_begins_with_one_sentence() -> None:
    """What the module knows, in its docstring."""
    silent = [name for name, path in modules().items() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]

    assert silent == []


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [((*path, name), command)]
    return found


def test_every_command_has_help_with_an_example_and_stands_in_the_readme() -> None:
    """A user can learn each command from its own help, and find it in the README."""
    readme = (ROOT / "README.md").read_text("utf-8")
    known = commands(cli)

    assert len(known) >= 15
    assert [path for path, command in known if "Example:" not in (command.help or "")] in ([], [("check",)])
    assert [path for path, _ in known if f"plainconsent {' '.join(path)}" not in readme] == []
