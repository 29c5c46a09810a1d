"""The rules for plain English: each fires on a bad example and is silent on a good one; the shipped clauses have no errors."""

from pathlib import Path

import pytest

from plainconsent.clauses import parse_clause
from plainconsent.errors import Faults
from plainconsent.style import CLAUSES, RULES, check_clauses, read_clauses, read_messages, warn_clauses


def found(rule: str, body: str, level: str = "") -> list[tuple[int, str]]:
    """What the rule of this id finds in a clause with this body, which begins on line 4."""
    clause = parse_clause("example", b"---\ncovers: [TX-01]\n---\n" + body.encode(), "clauses/example.md")
    messages = read_messages(clause)
    rules = [each for each in RULES if each.id == rule and level in each.level]
    assert rules, f"no rule {rule} {level}"
    return [fault for each in rules for fault in each.look(clause, messages)]


def text(words: str) -> str:
    return "{% trans trimmed %}" + words + "{% endtrans %}\n"


WORDS_20 = "You can " + "very " * 16 + "often stop."
PLAIN = "You can ask me to stop at any time, and I will do so. " * 3
EXAMPLES = {
    "PL01 error": (WORDS_20.replace("often", "often " * 7), WORDS_20.replace("often", "often " * 6)),
    "PL01 warning": (WORDS_20.replace("often", "often often"), WORDS_20),
    "PL03 error": (PLAIN + "Confidentiality. " * 7, PLAIN + "Confidentiality. " * 2),
    "PL03 warning": (PLAIN + "Confidentiality. " * 4, PLAIN + "Confidentiality. " * 2),
    "PL04": ("A report must be filed.", "If a child is hurt, I must report it."),
    "PL05": ("The client signs.", "Sex between a therapist and a client is never okay, even if the client wants it."),
    "PL06": ("I tell you prior to such disclosure.", "I tell you before such a thing, such as a move."),
    "PL07": ("Your parent/guardian signs.", "Your parent or guardian signs."),
    "PL08": ("If you pay, I tell you if it ends; then we stop.", "If you pay, I tell you."),
    "PL13": ("I keep it for three years.", "I keep it for 3 years. No one sees it."),
    "PL14": ("I must call, or I may wait.", "If you may die soon, I must get help."),
    "PL15": ("I never share it without your yes.", "I share it only if you say yes."),
    "PL16": ("See Section 5 of the Code.", "The law says so."),
    "PL18": ("I make a decision about it.", "I decide about it."),
    "PL19": ("You MUST come.", "You **must** come. An AI tool helps."),
    "PL21": ("Therapy is a brave step.", "Therapy is your choice."),
    "PL22": ("I use an AI tool.", "I use an AI tool. AI is a computer program."),
    "PL24": ("Please reach out.", "Please call me."),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_rule_on_sentences(name: str) -> None:
    rule, _, level = name.partition(" ")
    bad, good = EXAMPLES[name]
    assert found(rule, text(bad), level)
    assert not found(rule, text(good), level)


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("PL11", "## " + text("About the file"), "## " + text("What is in your file?")),
        ("PL11", "## " + text("What do I do if you want to see your file?"), "## " + text("You can stop at any time")),
        ("PL11", "# " + text("Consent to be seen by me by video or by phone"), "# " + text("Consent to therapy")),
        ("PL12", ("- " + text("Call me.")) * 8, ("- " + text("Call me.")) * 7),
        ("PL12", "- " + text("Call me."), "{% if minors %}\n- " + text("Call me.") + "{% endif %}\n"),
        ("PL12", "- " + text(WORDS_20 + " Now.") + "- " + text("No."), "- " + text(WORDS_20) + "- " + text("No.")),
        ("PL14", text("I may be required to tell."), text("I must tell.")),
        ("PL14", text("The practice reserves the right to tell."), text("I may tell.")),
        ("PL15", text("It is not unlikely."), text("It is not until then.")),
        ("PL15", text("I keep it except for a court, unless you agree."), text("I keep it unless you agree.")),
        ("PL24", "{{ _(minors) }}\n", "{{ _('Your name') }}\n"),
        ("PL24", "{{ _('Fee: ') ~ _('per visit') }}\n", "{{ slot('a', _('Fee')) }}\n"),
        ("PL24", "{% trans %}I call.{% endtrans %} {% trans %}You come.{% endtrans %}\n", text("I call. You come.")),
        ("PL24", "Call me now.\n" + text("I call."), "{{ practice.name }}\n" + text("I call.")),
        ("PL24", text("and then you pay"), text("Then you pay.")),
        ("PL24", "{% trans x=minors %}{{ x }}.{% endtrans %}\n", "{% trans x=minors %}I call {{ x }}.{% endtrans %}\n"),
        ("PL24", text("You <b>can</b> stop."), text("You **can** stop.")),
        ("PL24", text("You *can* stop."), text("You can stop (or wait).")),
        ("PL24", text("You **can stop."), text("You **can** stop.")),
        (
            "PL24",
            "{% trans n=2 %}I wait {{ n }} days.{% pluralize %}I wait {{ n }} days.{% endtrans %}\n",
            "{% trans n=2 %}I wait {{ n }} day.{% pluralize %}I wait {{ n }} days.{% endtrans %}\n",
        ),
        ("STATE", text("The law of California holds."), text("The law here holds.")),
    ],
)
def test_rule_on_structure(rule: str, bad: str, good: str) -> None:
    assert found(rule, bad)
    assert not found(rule, good)


def test_each_rule_has_an_example() -> None:
    tried = {name.split()[0] for name in EXAMPLES} | {"PL11", "PL12", "STATE"}
    assert {rule.id for rule in RULES} == tried


def test_messages_have_their_line_and_kind() -> None:
    body = '## {% trans %}Why?{% endtrans %}\n\n- {% trans %}One.{% endtrans %}\n{{ field("a", _("Name")) }}\n'
    body += "{% trans n=2 %}\nI wait {{ n }} day.\n{% pluralize %}\nI wait {{ n }} days.\n{% endtrans %}\n"
    messages = read_messages(parse_clause("x", b"---\ncovers: [TX-01]\n---\n" + body.encode(), "x.md"))
    assert [(m.line, m.kind) for m in messages] == [(4, "heading"), (6, "item"), (7, "label"), (8, "text"), (8, "text")]
    assert messages[-1].spoken.split()[:2] == ["I", "wait"]


def test_a_fault_names_rule_file_line_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("---\ncovers: [TX-01]\n---\n\n" + text("You shall come."))
    (fault,) = check_clauses(tmp_path)
    assert fault.where == "clauses/mine.md:5"
    assert fault.what.startswith("PL06 has “shall”")
    assert fault.remedy == "Use the everyday word."
    assert not warn_clauses(tmp_path)


def test_a_broken_template_is_a_fault_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("---\ncovers: [TX-01]\n---\n\n{{ _(f'{minors}') }}\n")
    with pytest.raises(Faults, match=r"clauses/mine.md:5"):
        check_clauses(tmp_path)


def test_each_rule_names_a_remedy() -> None:
    assert len(RULES) > 20
    assert all(rule.remedy.endswith(".") for rule in RULES)


def test_the_shipped_clauses_have_no_errors() -> None:
    clauses = read_clauses(CLAUSES)
    assert len(clauses) > 40
    assert sum(len(read_messages(clause)) for clause in clauses) > 300
    assert not [str(fault) for fault in check_clauses()]
