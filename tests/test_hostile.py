"""Templates that a practice brings along: what they may not do is refused with file and line, and nothing runs."""

from pathlib import Path

import pytest
from conftest import TODAY

from plainconsent.assemble import assemble
from plainconsent.errors import Faults
from plainconsent.profile import make_profile

HOSTILE = {
    "attribute": ("{{ practice.__class__ }}", "reaches for '__class__'"),
    "method": ("{{ practice.keys }}", "not"),
    "object": ("{{ practice }}", "which is not a word or a number"),
    "object_in_a_message": (
        "{% trans x=practice %}This is {{ x }}.{% endtrans %}",
        "which is not a word or a number",
    ),
    "function": ("{{ slot }}", "which is not a word or a number"),
    "deep": ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "online.md"),
    "hidden_direction": ("Read \u202e this.", "U+202E"),
    "call": ("{{ practice.name.upper() }}", "may not call"),
    "range": ("{% for i in range(100000) %}x{% endfor %}", "not a fact"),
    "nested_loop": (
        "{% for a in practice.owners %}{% for b in practice.owners %}x{% endfor %}{% endfor %}",
        "loop inside a loop",
    ),
    "filter": ("{{ practice.name|upper }}", "filter"),
    "set": ("{% set x = 1 %}", "assign"),
    "include": ("{% include 'x' %}", "include"),
    "import": ("{% import 'x' as y %}", "import"),
    "macro": ("{% macro m() %}{{ m() }}{% endmacro %}", "macro"),
    "arithmetic": ("{{ 10 ** 10 }}", "pow"),
    "unknown_fact": ("{{ shoe_size }}", "'shoe_size', which is not a fact"),
    "unknown_field": ("{{ child_abuse_report.colour }}", "is not a fact"),
    "printed_code": ("{{ child_abuse_report.duty }}", "prints the code"),
    "unclosed": ("{% if minors %}", "online.md"),
    "html": ("<script>alert(1)</script>\n\n```\ncode\n```", None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_overlay_is_refused(name: str, tmp_path: Path) -> None:
    """An overlay clause can print facts and choose by them; all else is refused, naming the file."""
    body, told = HOSTILE[name]
    (tmp_path / "online.md").write_text(f"---\npolicy: true\n---\n{body}\n", "utf-8")
    profile = make_profile(as_of=TODAY, state="CA", license="LMFT", settings=["individual"])
    if told is None:
        made = assemble(profile, "consent", tmp_path)
        assert "<script>alert(1)</script>" in str(made.document.blocks), (
            "markup is printed as it stands, never acted on"
        )
        return
    with pytest.raises(Faults) as refused:
        assemble(profile, "consent", tmp_path)

    assert told in str(refused.value)
    assert "online.md" in str(refused.value)


def test_a_required_element_cannot_be_replaced(tmp_path: Path) -> None:
    """An overlay may change a policy clause, never a limit of privacy."""
    (tmp_path / "threat.md").write_text("---\n---\nNothing to see here.\n", "utf-8")
    with pytest.raises(Faults, match="required element"):
        assemble(make_profile(as_of=TODAY, state="CA", license="LMFT", settings=["individual"]), "consent", tmp_path)


def test_a_policy_clause_can_be_replaced(tmp_path: Path) -> None:
    """The practice's own words stand where the shipped policy stood."""
    (tmp_path / "online.md").write_text(
        "---\npolicy: true\n---\n## {% trans %}Do we meet online?{% endtrans %}\n\n{% trans %}We do not.{% endtrans %}\n",
        "utf-8",
    )
    made = assemble(make_profile(as_of=TODAY, state="CA", license="LMFT", settings=["individual"]), "consent", tmp_path)

    assert "Do we meet online?" in str(made.document.blocks)
    assert "What about social media?" not in str(made.document.blocks)
