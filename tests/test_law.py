"""The rules of dated law: which statement holds on a day, what the linter says of broken files, how the law is shown."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import TODAY, run

from plainconsent.errors import Faults
from plainconsent.jurisdictions import cite_text, read_law, read_topics
from plainconsent.law import Law, Statement, in_force, last_day, months_between
from plainconsent.lawcheck import all_ids, check_law, check_law_file, dead_topics, law_files, law_rows
from plainconsent.lookup import find_jurisdiction, find_role
from plainconsent.places import cache_folder

BROKEN = Path(__file__).parent / "broken" / "law"


def statement(since: date | None, until: date | None = None, duty: str = "may") -> Statement:
    return Statement("US-XX", "threat_to_others", "duty", ("psychologist",), {"duty": duty}, since=since, until=until)


def test_the_latest_statement_that_began_holds() -> None:
    """Before its first day the old answer holds, from that day the new one; an ended law holds no more."""
    change = date(2024, 7, 1)
    law = Law("US-XX", "Example", (statement(None), statement(change, duty="must")))
    ended = Law("US-XX", "Example", (statement(None, until=change),))

    def duty(law: Law, on: date) -> str | None:
        found = in_force(law, "psychologist", on).get("threat_to_others", {}).get(None)
        return found.answer if found else None

    assert duty(law, change - timedelta(days=1)) == "may"
    assert duty(law, change) == "must"
    assert duty(ended, change) == "may"
    assert duty(ended, change + timedelta(days=1)) is None
    assert last_day(law, law.statements[0], "psychologist") == change - timedelta(days=1)


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [("2025-11-25", "2026-11-24", 11), ("2025-11-25", "2026-11-25", 12), ("2026-11-25", "2025-11-25", 0)],
)
def test_months_are_whole(earlier: str, later: str, months: int) -> None:
    """A check is twelve months old on the same day of the next year, not the day before."""
    assert months_between(date.fromisoformat(earlier), date.fromisoformat(later)) == months


def test_the_law_has_no_faults() -> None:
    """Every law file passes its linter on the tests' day, and there are files to judge."""
    assert len(law_files()) >= 10
    assert [str(fault) for fault in check_law(TODAY)] == []


def test_a_stale_check_is_a_fault() -> None:
    """Two years and a day after the last check the linter refuses the statement."""
    assert any("months ago" in fault.what for fault in check_law(date(2029, 1, 1)))


def test_every_topic_is_printed_or_marked() -> None:
    """No question of law is asked in vain."""
    assert dead_topics(read_topics()) == []
    assert [str(fault).split(" Write")[0] for fault in dead_topics(read_topics(BROKEN.parent / "topics"))] == [
        "_topics.yaml: favourite_color: no clause prints it."
    ]


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_broken_law_file_is_told_by_line(path: Path) -> None:
    """Each file says in its first lines what has to be told of it: `# line N: words`."""
    wanted = [line[2:].strip() for line in path.read_text("utf-8").splitlines() if line.startswith("# line ")]
    told = [str(fault) for fault in check_law_file(path, read_topics(), TODAY)]

    assert wanted, "a broken file says what is wrong with it"
    for line in wanted:
        number, words = line.removeprefix("line ").split(": ", 1)
        assert any(f"{path.name}:{number}:" in fault and words in fault for fault in told), (line, told)


def test_there_are_broken_law_files() -> None:
    """The folder of broken files is not empty."""
    assert len(list(BROKEN.glob("*.yaml"))) >= 10


@pytest.mark.parametrize("word", ["CA", "us-ca", "California", "  california "])
def test_a_state_is_found_as_people_write_it(word: str) -> None:
    """Letters, ISO name and full name mean the same state."""
    assert find_jurisdiction(word) == "US-CA"


@pytest.mark.parametrize("word", ["DC", "D.C.", "District of Columbia", "washington dc", "Washington, DC"])
def test_a_state_is_found_by_its_other_names(word: str) -> None:
    """A lawyer writes District of Columbia; the form's sentences say Washington, DC; the state of Washington is another."""
    assert find_jurisdiction(word) == "US-DC"
    assert find_jurisdiction("Washington") == "US-WA"


@pytest.mark.parametrize(
    ("state", "word", "own"), [("CO", "LPCC", "LPC"), ("KS", "LMFT", "LCMFT"), ("MD", "LCSW", "LCSW-C")]
)
def test_letters_of_people_under_supervision_are_told(state: str, word: str, own: str) -> None:
    """LPCC is a candidate in Colorado: the form is for the full license, and the clinician is told so."""
    _, note = find_role(word, read_law(f"US-{state}"), TODAY)

    assert "under supervision" in note
    assert f"({own})" in note


def test_local_letters_win_over_family_names() -> None:
    """LPC is Texas's own counselor; LPCC means the same there and says so; LMHC is found in Washington."""
    texas, washington = read_law("US-TX"), read_law("US-WA")

    assert find_role("LPC", texas, TODAY) == ("professional_counselor", "")
    role, note = find_role("LPCC", texas, TODAY)
    assert role == "professional_counselor"
    assert "Licensed Professional Counselor" in note
    assert find_role("lmhc", washington, TODAY) == ("professional_counselor", "")


@pytest.mark.parametrize(
    ("state", "word", "role"),
    [
        ("TN", "LPC-MHSP", "professional_counselor"),  # the state's own file writes LPC/MHSP
        ("MD", "lcsw c", "clinical_social_worker"),
        ("TX", "L.P.C.", "professional_counselor"),
        ("TX", "LCSW-S", "clinical_social_worker"),  # the S of those who supervise
        ("NE", "LICSW", "clinical_social_worker"),
    ],
)
def test_letters_are_found_however_they_are_written(state: str, word: str, role: str) -> None:
    """Dashes, slashes, dots, and the S of those who supervise make no other license."""
    assert find_role(word, read_law(f"US-{state}"), TODAY) == (role, "")


def test_letters_of_several_licenses_are_not_guessed() -> None:
    """Nebraska licenses mental health practitioners; the certificate beside it makes the title, and the form needs that."""
    with pytest.raises(Faults, match=r"several licenses in Nebraska.*LCSW or LMFT or LPC"):
        find_role("LIMHP", read_law("US-NE"), TODAY)


def test_an_unknown_license_gets_the_list_of_the_state() -> None:
    """The state's four titles, and the nearest of them."""
    with pytest.raises(Faults, match=r"Texas has: .*Licensed Psychologist.*Did you mean"):
        find_role("LPCX", read_law("US-TX"), TODAY)


def test_export_has_a_row_for_each_statement_role_and_field() -> None:
    """The columns are fixed, every main field is there, and each answered row has a citation and a check."""
    rows = list(csv.DictReader(io.StringIO(run("law", "export", "--format", "csv").stdout)))
    columns = "jurisdiction,role,topic,field,value,from,until,citation,url,evidence,checked"

    assert ",".join(rows[0]) == columns
    assert rows == [row for id in all_ids() for row in law_rows(read_law(id))]
    assert any((r["topic"], r["field"], r["value"]) == ("threat_to_others", "duty", "must") for r in rows)
    assert [r for r in rows if r["evidence"] and not (r["citation"] and r["checked"])] == []


def test_show_prints_only_what_holds_on_the_day() -> None:
    """One topic, one license, one day: the old answer before a change, the new one after."""

    def shown(day: str) -> list[dict[str, str]]:
        done = run(
            "law", "show", "CA", "--topic", "required_disclosure", "-l", "LMFT", "--as-of", day, "--format", "json"
        )
        rows: list[dict[str, str]] = json.loads(done.stdout)
        return [row for row in rows if row["field"] == "board_complaint_notice.contains"]

    before, after = shown("2025-06-30"), shown("2025-07-01")

    assert len(before) == len(after) == 1
    assert before[0]["value"] != after[0]["value"]


def test_law_commands_answer_wrong_names() -> None:
    """An unknown state and an unknown topic get the nearest names, exit code 2."""
    assert "California" in run("law", "show", "Calfornia", code=2).stderr
    assert "threat_to_others" in run("law", "show", "CA", "--topic", "threats_to_others", code=2).stderr


def test_law_check_exits_with_findings() -> None:
    """0 when clean, 1 when something has to be mended."""
    assert "0 faults" in run("law", "check", "--as-of", str(TODAY)).stdout
    assert "months ago" in run("law", "check", "--as-of", "2030-01-01", code=1).stdout


def test_one_state_is_read_alone(tmp_path: Path) -> None:
    """Making one state's form parses that state's file, the federal floor and one ethics code, and no other state's."""
    code = (
        "import plainconsent.yamlfile as y; parse = y.parse_yaml; seen = []\n"
        "y.parse_yaml = lambda raw, name: (seen.append(name), parse(raw, name))[1]\n"
        "from plainconsent.cli import main\n"
        "try: main(['form', 'consent', '-j', 'TX', '-l', 'LPC', '-s', 'individual', '--as-of', '2026-11-25', '--format', 'txt', '-o', '-'])\n"
        "finally: print(*sorted(set(seen)), file=__import__('sys').stderr)"
    )
    nothing_kept = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=nothing_kept
    )
    seen = done.stderr.split()

    assert {"tx.yaml", "us.yaml", "aca.yaml"} <= set(seen)
    assert not {"ca.yaml", "co.yaml", "ny.yaml", "wa.yaml", "apa.yaml"} & set(seen)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of this test alone; law that is read during the test is not remembered after it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cache_folder.cache_clear()
    read_law.cache_clear()
    yield tmp_path / "cache" / "plainconsent"
    cache_folder.cache_clear()
    read_law.cache_clear()


def test_kept_law_is_the_law_that_was_read(own_cache: Path) -> None:
    """The second reading comes from the cache and equals the first in every statement, citation and day."""
    read = {id: read_law(id) for id in all_ids()}
    kept = {path.stem for path in own_cache.glob("*.json")}
    read_law.cache_clear()

    assert kept == set(all_ids())
    assert {id: read_law(id) for id in all_ids()} == read


def test_changed_law_is_read_anew(own_cache: Path, tmp_path: Path) -> None:
    """A changed law file, changed questions or a broken cache: none of them shows an old answer."""
    folder = tmp_path / "law"
    shutil.copytree(law_files()[0].parent, folder)
    first = read_law("US-CA", folder)
    (folder / "ca.yaml").write_text(
        (folder / "ca.yaml").read_text("utf-8").replace("name: California", "name: Elsewhere")
    )
    read_law.cache_clear()
    second = read_law("US-CA", folder)
    (own_cache / "US-CA.json").write_text("[1, 2")
    read_law.cache_clear()

    assert (first.name, second.name) == ("California", "Elsewhere")
    assert read_law("US-CA", folder) == second


def test_a_cache_that_others_may_write_is_not_used(own_cache: Path) -> None:
    """Law that somebody else could have put there is not believed."""
    own_cache.mkdir(parents=True)
    own_cache.chmod(0o777)
    read_law("US-CA")

    assert list(own_cache.iterdir()) == []


def test_changes_tell_the_day_and_whether_a_form_changes() -> None:
    """Colorado's report within 24 hours changes what clients are told; a change of source alone is cosmetic; both sides show."""
    rows = json.loads(run("law", "changes", "--since", "2019-01-01", "--as-of", str(TODAY), "--format", "json").stdout)
    by_key = {(row["jurisdiction"], row["topic"], row["day"]): row for row in rows}
    report = by_key["US-CO", "child_abuse_report", "2025-09-01"]

    assert (report["kind"], report["what"]) == ("material", "deadline_hours: 0 -> 24")
    assert by_key["US-CA", "child_abuse_report", "2023-01-01"]["kind"] == "cosmetic"
    assert by_key["US-WA", "compacts.psypact", "2022-06-09"]["kind"] == "cosmetic", "no form prints compacts"
    assert by_key["US-CA", "recording_consent", "2027-01-01"]["in force"] == "coming"


def test_changes_can_be_narrowed() -> None:
    """One state, after a day, material only; nothing is said as such."""
    told = ("law", "changes", "--as-of", str(TODAY), "--since")
    rows = json.loads(run(*told, "2025-08-31", "-j", "CO", "--material", "--format", "json").stdout)

    assert rows
    assert {row["jurisdiction"] for row in rows} == {"US-CO"}
    assert {row["kind"] for row in rows} == {"material"}
    assert "2025-08-31" not in {row["day"] for row in rows}
    assert "No change" in run(*told, "2026-11-25", "-j", "CO").stdout


def test_coverage_has_no_absent_cell() -> None:
    """Every topic of every state is answered for every license, and most of what can hurt was read in the law's own words."""
    rows = json.loads(run("law", "coverage", "--as-of", str(TODAY), "--format", "json").stdout)
    states = {row["jurisdiction"] for row in rows}
    reports = [row for row in rows if row["topic"] == "child_abuse_report" and row["jurisdiction"] != "US"]
    harmful = [row for row in rows if row["topic"] in ("threat_to_others", "child_abuse_report", "adult_abuse_report")]

    assert len(states) == 52, "fifty states, DC and the federal floor"
    assert [row for row in rows if row["known"] == "absent"] == []
    assert all(row["attorney"] == "none" for row in rows), "no attorney has signed; when one does, say so here"
    assert [row for row in reports if row["known"] == "none_found"] == [], "every state has a law on reporting"
    assert sum(row["known"] == "primary" for row in harmful) > len(harmful) / 2


def test_due_lists_the_most_harmful_first() -> None:
    """Nothing is due on the day of the check; a year later everything is, beginning with threats to others."""
    assert "Nothing is due." in run("law", "due", "--as-of", str(TODAY)).stdout
    rows = json.loads(run("law", "due", "--as-of", str(TODAY), "--within", "400d", "--format", "json").stdout)

    assert len(rows) > 100
    assert "threat_to_others" in rows[0]["statement"]
    assert "crisis_lines" not in rows[0]["statement"]
    assert rows == json.loads(run("law", "due", "--as-of", str(TODAY), "--within", "400", "--format", "json").stdout)
    assert "write it like 90d" in run("law", "due", "--within", "soon", code=2).stderr


def test_diff_shows_must_against_may() -> None:
    """California must act on a threat, Texas may; a state does not differ from itself."""
    rows = json.loads(run("law", "diff", "CA", "TX", "-l", "LPCC", "--as-of", str(TODAY), "--format", "json").stdout)

    told = {"topic": "threat_to_others", "field": "duty", "US-CA": "must", "US-TX": "may"}
    assert {"licenses": "professional_counselor", **told} in rows
    assert "They answer alike." in run("law", "diff", "CA", "CA", "-l", "LPCC", "--as-of", str(TODAY)).stdout


def test_diff_of_all_licenses_says_once_what_is_the_same_for_all() -> None:
    """California's duty on threats is one for all four; Nevada's differs by license, so the licenses are named."""
    words = run("law", "diff", "CA", "NV", "--as-of", str(TODAY)).stdout
    rows = json.loads(run("law", "diff", "CA", "NV", "--as-of", str(TODAY), "--format", "json").stdout)

    assert words.count("\nchild_abuse_report: ") == 1
    assert "\nthreat_to_others (clinical_social_worker): " in words
    assert "\nthreat_to_others: " not in words
    assert any(row["licenses"] == "all" for row in rows)
    assert any(row["licenses"] == "clinical_social_worker" for row in rows)


@pytest.mark.parametrize(
    ("cite", "text"),
    [
        ({"code": "Cal. Penal Code", "section": "11166", "sub": "(a)"}, "Cal. Penal Code § 11166(a)"),
        ({"code": "N.Y. Soc. Serv. Law", "section": "413", "sub": "1(a)"}, "N.Y. Soc. Serv. Law § 413(1)(a)"),
        ({"code": "N.Y. Penal Law", "section": "250.00", "sub": "1, 2"}, "N.Y. Penal Law § 250.00(1), (2)"),
        (
            {"code": "C.R.S.", "section": "27-65-102", "sub": "professional person"},
            "C.R.S. 27-65-102 (professional person)",
        ),
        ({"case": "Name v. Name", "cite": "17 Cal.3d 425 (1976)"}, "Name v. Name, 17 Cal.3d 425 (1976)"),
    ],
)
def test_citations_read_as_a_lawyer_writes_them(cite: dict[str, str], text: str) -> None:
    """Section and subdivision stay apart: 413(1)(a) is not section 4131."""
    assert cite_text(cite, ["C.R.S."]) == text
