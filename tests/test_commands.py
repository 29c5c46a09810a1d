"""The commands as a user meets them: packet, new, explain, readability, check, and the wheel installed elsewhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, TODAY, run

DAY = ("--as-of", str(TODAY))


def test_packet_makes_what_the_practice_asks_for(tmp_path: Path) -> None:
    """Consent for each setting and place, teletherapy, release, reviewer's copies, explanations and an index, in order."""
    run(
        "packet",
        str(ROOT / "examples" / "group_practice" / "practice.yaml"),
        *DAY,
        "--format",
        "txt",
        "-o",
        str(tmp_path),
    )
    names = {path.name for path in tmp_path.iterdir()}
    index = (tmp_path / "index.html").read_text("utf-8")

    for setting in ("individual", "couple", "family", "group"):
        assert f"consent_us-wa_professional-counselor_{setting}_teletherapy_en.txt" in names
        assert f"consent_us-wa_professional-counselor_{setting}_teletherapy_client-us-co_en.txt" in names
    assert any(name.startswith("teletherapy_") for name in names)
    assert any(name.startswith("release_") for name in names)
    assert sum("_reviewer" in name for name in names) == sum("_explain" in name for name in names) >= 10
    assert index.index("consent_us-wa") < index.index("teletherapy_us-wa") < index.index("release_us-wa")
    assert [path.name for path in tmp_path.iterdir() if path.stat().st_mode & 0o077] == []


def test_packet_has_the_home_form_beside_that_for_another_state(tmp_path: Path) -> None:
    """A practice that names other states still gets the form for clients at home, and the index tells them apart."""
    text = (ROOT / "examples" / "solo" / "practice.yaml").read_text("utf-8") + "client_states: [WA]\n"
    (tmp_path / "practice.yaml").write_text(text, "utf-8")
    run("packet", str(tmp_path / "practice.yaml"), *DAY, "--format", "txt", "-o", str(tmp_path / "out"))
    names = {path.name for path in (tmp_path / "out").iterdir()}
    index = (tmp_path / "out" / "index.html").read_text("utf-8")

    assert "consent_us-ca_marriage-family-therapist_individual_teletherapy_en.txt" in names
    assert "consent_us-ca_marriage-family-therapist_individual_teletherapy_client-us-wa_en.txt" in names
    assert "(individual, in person, teletherapy, US-WA, en)" in index
    assert all(name in index for name in names if name != "index.html")


def test_the_reviewers_copy_shows_the_practices_own_words(tmp_path: Path) -> None:
    """An attorney reads what the client reads, overlay and all; an unknown file in the overlay is told."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "fees.md").write_text(
        "---\npolicy: true\n---\n{% trans %}Our price is on the wall.{% endtrans %}\n", "utf-8"
    )
    (tmp_path / "p.yaml").write_text("state: CA\nlicense: LMFT\nsettings: [individual]\noverlay: words\n", "utf-8")
    form = ("form", "consent", "--practice", str(tmp_path / "p.yaml"), *DAY, "--format", "txt", "--reviewer")
    run(*form, "-o", str(tmp_path / "out"))

    assert all("Our price is on the wall." in path.read_text("utf-8") for path in (tmp_path / "out").iterdir())
    (tmp_path / "words" / "fee.md").write_text("---\n---\nx\n", "utf-8")
    assert "Did you mean fees" in run(*form, "-o", str(tmp_path / "again"), code=2).stderr


def test_new_refuses_before_it_asks(tmp_path: Path) -> None:
    """A file that is there is told before the first question, not after the last."""
    (tmp_path / "practice.yaml").write_text("mine", "utf-8")
    done = run("new", "-o", str(tmp_path / "practice.yaml"), code=2)

    assert "--force" in done.stderr
    assert "Which state" not in done.stdout


def test_new_asks_and_writes_a_practice_that_works(tmp_path: Path) -> None:
    """Wrong answers are told and asked again; the commented file makes a packet."""
    answers = [
        "Calfornia",
        "California",
        "LMTF",
        "LMFT",
        "individual",
        "in_person, teletherapy",
        "",
        "yes",
        "Sample & Sons",
        "",
        "",
        "Alex Sample",
    ]
    done = run("new", "-o", str(tmp_path / "practice.yaml"), stdin="\n".join(answers) + "\n" * 40)
    text = (tmp_path / "practice.yaml").read_text("utf-8")
    run("packet", str(tmp_path / "practice.yaml"), *DAY, "--format", "txt", "-o", str(tmp_path / "out"))

    assert "Did you mean" in done.stderr
    assert 'state: "California"' in text
    assert "# Which state is your license in?" in text
    assert "Sample & Sons" in next((tmp_path / "out").glob("consent*_en.txt")).read_text("utf-8")


def test_explain_says_why_each_clause_is_in_or_out() -> None:
    """Every clause of the outline once, with the fact that decided it, and a citation for each that speaks of law."""
    rows = json.loads(run("explain", "-j", "CA", "-l", "LMFT", "-s", "individual", *DAY, "--format", "json").stdout)
    by_clause = {row["clause"]: row for row in rows}

    assert len(rows) == len(by_clause) > 40
    assert by_clause["couple_secrets"]["in"] == "out"
    assert by_clause["couple_secrets"]["because"] == "setting is individual"
    assert "Cal. Penal Code § 11166" in by_clause["child_abuse"]["law"]
    assert [row["clause"] for row in rows if not row["because"]] == []


def test_readability_measures_a_form_and_a_folder(tmp_path: Path) -> None:
    """One form with its sections, and a folder of forms, both within the gates."""
    one = run("readability", "consent", "-j", "TX", "-l", "LPC", "-s", "couple", *DAY)
    run("form", "consent", "-j", "TX", "-l", "LPC", "-s", "couple", *DAY, "--format", "json", "-o", str(tmp_path))
    folder = json.loads(run("readability", str(tmp_path), "--format", "json").stdout)

    assert "0 outside the gates" in one.stdout
    assert "What stays private?" in one.stdout
    assert len(folder) == 1
    assert folder[0]["failed"] == []


def test_readability_of_a_folder_without_forms_is_told(tmp_path: Path) -> None:
    """An empty folder is a fault with a remedy, not a pass."""
    assert "--format json" in run("readability", str(tmp_path), code=2).stderr


def test_check_finds_nothing_in_what_is_shipped() -> None:
    """Law, clauses and catalogs are clean."""
    done = run("check", *DAY)

    assert "law: 0 faults" in done.stdout
    assert "clauses: 0 faults" in done.stdout
    assert "catalogs: 0 faults" in done.stdout


def test_a_form_can_be_printed_to_standard_output() -> None:
    """`-o -` prints one format and nothing else."""
    done = run("form", "release", "-j", "CA", "-l", "LMFT", "-s", "individual", *DAY, "--format", "txt", "-o", "-")

    assert done.stdout.startswith("Permission to share health information")


def test_as_of_prints_the_form_of_that_day() -> None:
    """The day before Texas cut the time to report child abuse, and the day itself."""

    def form(day: str) -> str:
        return run(
            "form", "consent", "-j", "TX", "-l", "LPC", "-s", "individual", "--as-of", day, "--format", "txt", "-o", "-"
        ).stdout

    assert "within 48 hours" in form("2025-06-19")
    assert "within 24 hours" in form("2025-06-20")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel, installed apart from the checkout; its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=240)
    [wheel] = folder.glob("*.whl")
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(folder / "site"),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True, timeout=240)
    return folder / "site"


def test_the_wheel_works_installed_elsewhere(elsewhere: Path, tmp_path: Path) -> None:
    """A form is made from the wheel's own templates and law, with no checkout in sight."""
    code = "import plainconsent, sys; assert 'site/plainconsent' in plainconsent.__file__; from plainconsent.cli import main; main()"
    arguments = [
        "form",
        "consent",
        "-j",
        "CA",
        "-l",
        "LMFT",
        "-s",
        "individual",
        *DAY,
        "--format",
        "docx,pdf,html,txt,json",
        "-o",
        str(tmp_path),
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PYTHONPATH": str(elsewhere), "PYTHONDONTWRITEBYTECODE": "1"},
    )

    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.iterdir())) == 5
