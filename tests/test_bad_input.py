"""What a user can get wrong: each fault is told with its place and remedy, all at once, and nothing is half-written."""

from pathlib import Path

import pytest
from conftest import make, run, text_of

from plainconsent.assemble import assemble
from plainconsent.errors import Faults
from plainconsent.profile import make_profile, read_practice
from plainconsent.yamlfile import parse_yaml

CONSENT = ("form", "consent", "-j", "CA", "-l", "LMFT", "-s", "individual", "--as-of", "2026-11-25")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-j", "Calforna", "-l", "LMFT", "-s", "individual"), ["--jurisdiction", "California (CA)"]),
        (("-j", "ZZ", "-l", "LMFT", "-s", "individual"), ["--jurisdiction", "'ZZ'"]),
        (
            ("-j", "CA", "-l", "LMTF", "-s", "individual"),
            ["--license", "LMFT", "Licensed Clinical Social Worker (LCSW)"],
        ),
        (("-j", "CA", "-l", "dentist", "-s", "individual"), ["--license", "California has:"]),
        (("-j", "CA", "-l", "LMFT", "-s", "cuple"), ["--setting", "couple"]),
        (("-j", "CA", "-l", "LMFT"), ["--setting", "is missing"]),
        (("-j", "CA", "-l", "LMFT", "-s", "couple", "-s", "group"), ["one form speaks to one setting"]),
        (("-j", "CA", "-l", "LMFT", "-s", "individual", "--client-state", "WA"), ["--client-state", "teletherapy"]),
        (("-j", "CA", "-l", "LMFT", "-s", "individual", "--format", "docs"), ["--format", "docx"]),
        (("-j", "CA", "-l", "LMFT", "-s", "individual", "--language", "sp"), ["--language"]),
        (("-j", "CA", "-l", "LMFT", "-s", "individual", "--as-of", "2026-13-01"), ["2026-13-01"]),
        (("-j", "CA", "-l", "LMFT", "-s", "couple", "--minor", "parent"), ["--minor", "couple"]),
        (("-j", "NY", "-l", "LMHC", "-s", "individual", "--minor", "own"), ["--minor own", "New York"]),
        (
            (
                "-j",
                "CA",
                "-l",
                "LMFT",
                "-s",
                "individual",
                "-s",
                "teletherapy",
                "--client-state",
                "NY",
                "--minor",
                "own",
            ),
            ["--minor own", "New York"],
        ),
        (("-j", "CA", "-l", "LMFT", "-s", "individual", "--fill", "clinician_name"), ["--fill"]),
        (
            ("-j", "CA", "-l", "LMFT", "-s", "individual", "--fill", "clinician_nam=x"),
            ["--fill clinician_nam", "clinician_name"],
        ),
        (
            ("-j", "CA", "-l", "LMFT", "-s", "individual", "--fill", "clinician_name=x", "--fill", "clinician_name=y"),
            ["stands twice"],
        ),
        (
            ("-j", "CA", "-l", "LMFT", "-s", "individual", "--fill", "clinician_license_expires=2026-13-01"),
            ["2026-13-01"],
        ),
        (("-j", "CA", "-l", "LMFT", "-s", "individual", "--as-of", "1900-01-01"), ["1900-01-01"]),
        (("-j", "CA", "-l", "LMFT", "-s", "individual", "--fill", "x"), ["--fill"]),
        (
            ("-j", "CA", "-l", "LMFT", "-s", "individual", "--fill", "clinician_name=a\x07b"),
            ["clinician_name", "U+0007"],
        ),
    ],
)
def test_wrong_options_are_told_with_the_nearest_names(
    arguments: tuple[str, ...], told: list[str], tmp_path: Path
) -> None:
    """Exit code 2, the option and the remedy on standard error, and no file."""
    done = run("form", "consent", "--format", "txt", *arguments, "-o", str(tmp_path / "out"), code=2)

    assert [word for word in told if word not in done.stderr] == []
    assert not (tmp_path / "out").exists()


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    """An unknown state, an unknown setting and an empty format do not hide each other."""
    done = run("form", "consent", "-j", "Nowhere", "-l", "LMFT", "-s", "trio", "--client-state", "Elsewhere", code=2)

    assert "Nowhere" in done.stderr
    assert "trio" in done.stderr
    assert "Elsewhere" in done.stderr


def test_an_unknown_form_gets_the_nearest(tmp_path: Path) -> None:
    """`concent` is answered with `consent`."""
    done = run(
        "form", "concent", "-j", "CA", "-l", "LMFT", "-s", "individual", "--format", "txt", "-o", str(tmp_path), code=2
    )

    assert "consent" in done.stderr


BROKEN = Path(__file__).parent / "broken" / "practice"


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_broken_practice_file_is_told_by_line_and_remedy(path: Path) -> None:
    """Each file says in its first lines what has to be told of it: `# line N: words`."""
    wanted = [
        line[2:].strip() for line in path.read_text("utf-8", "replace").splitlines() if line.startswith("# line ")
    ]
    done = run("packet", str(path), "--as-of", "2026-11-25", "-o", "unused", code=2)

    assert wanted, "a broken file says what is wrong with it"
    for line in wanted:
        number, words = line.removeprefix("line ").split(": ", 1)
        assert any(f"{path.name}:{number}:" in told and words in told for told in done.stderr.splitlines()), (
            line,
            done.stderr,
        )


def test_there_are_broken_practice_files() -> None:
    """The folder of broken files is not empty."""
    assert len(list(BROKEN.glob("*.yaml"))) >= 8


HARD_NAMES = [
    "O’Neil & Sons <b>",
    "{{ 7*7 }} {% if %}",
    "**bold** _it_ # h",
    "Ann \"Bo\" 'Cy' `x`",
    "Zoë Ñandú-Müller",
    "a\\b $x #let @y",
    "[x](http://e) <!-- -->",
    "x" * 4000,
]


@pytest.mark.parametrize("name", HARD_NAMES, ids=range(len(HARD_NAMES)))
def test_names_are_printed_literally(name: str) -> None:
    """Whatever a practice or a client is called stands on the form exactly so, in a sentence and on a line."""
    practice = parse_yaml(b"", "practice.yaml")
    practice = type(practice)("practice.yaml", {"policies": {"custodian": name}, "clinician": {"name": name}}, {})
    from conftest import TODAY

    made = assemble(
        make_profile(as_of=TODAY, practice=practice, state="CA", license="LMFT", settings=["individual"]), "consent"
    )

    assert f"Then {name} will take care of your file" in text_of(made)
    assert f"My name, as it is on my license: {name}" in text_of(made)


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "a\u202eb", "a\ue000b", "x" * 5001, "a\u2028b"])
def test_what_cannot_be_printed_is_refused_with_the_field(value: str, tmp_path: Path) -> None:
    """Controls, line breaks, hidden direction marks and endless texts are refused, naming the field."""
    import json

    path = tmp_path / "practice.yaml"
    path.write_text(
        "state: CA\nlicense: LMFT\nsettings: [individual]\npractice:\n  name: " + json.dumps(value) + "\n", "utf-8"
    )
    with pytest.raises(Faults) as refused:
        read_practice(path)

    assert "practice.yaml:5:3: practice.name" in str(refused.value) or "practice.yaml:5" in str(refused.value)


def test_an_existing_file_is_kept_unless_force(tmp_path: Path) -> None:
    """Nothing is overwritten without --force, and then no other file of the same call is written either."""
    run(*CONSENT, "--format", "txt", "-o", str(tmp_path))
    [first] = tmp_path.iterdir()
    first.write_text("mine")
    done = run(*CONSENT, "--format", "txt,html", "-o", str(tmp_path), code=2)

    assert "--force" in done.stderr
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
    run(*CONSENT, "--format", "txt", "--force", "-o", str(tmp_path))
    assert first.read_text() != "mine"


def test_two_writers_into_one_folder_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Of many that write the same new file at once, one wins and the others are told."""
    from concurrent.futures import ThreadPoolExecutor

    from plainconsent.files import write_files

    def write(n: int) -> bool:
        try:
            write_files(tmp_path, {"form.txt": b"%d" % n * 50_000})
        except Faults:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = [n for n, done in enumerate(pool.map(write, range(8))) if done]

    assert len(won) == 1
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("form.txt", b"%d" % won[0] * 50_000)]


def test_associates_are_told_how_to_get_their_form() -> None:
    """A title under supervision is no license: the form is made for the license and names the supervisor."""
    told = run(
        "form", "consent", "-j", "CA", "-l", "AMFT", "-s", "individual", "--format", "txt", "-o", "-", code=2
    ).stderr

    assert "under supervision" in told
    assert "supervisor" in told


@pytest.mark.parametrize("word", ["N.Y.", "US_NY", "new york state"])
def test_states_are_found_as_they_are_written_by_hand(word: str) -> None:
    """Dots, underscores and a trailing `state` do not matter."""
    assert make("release", word, "LMHC", "individual").facts.law.id == "US-NY"


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """A file where a folder should be is told in one line."""
    (tmp_path / "taken").write_text("x")
    done = run(*CONSENT, "--format", "txt", "-o", str(tmp_path / "taken"), code=2)

    assert "can't be written" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_form_names_no_client_in_logs(tmp_path: Path) -> None:
    """What the command prints holds file names made of codes, never a name that was filled in."""
    done = run(*CONSENT, "--format", "txt", "--fill", "clinician_name=Secret Person", "-o", str(tmp_path))

    assert "Secret" not in done.stdout + done.stderr
    assert "Secret Person" in next(tmp_path.iterdir()).read_text()


def test_the_family_names_find_the_local_title() -> None:
    """LPCC in Texas finds the Texas counselor license and says so; LMHC in New York and Washington is the local name."""
    assert "Licensed Professional Counselor" in make("release", "TX", "LPCC", "individual").facts.profile.license_note
    assert make("release", "WA", "LMHC", "individual").facts.profile.license_note == ""
    assert make("release", "WA", "LMHC", "individual").facts.profile.role == "professional_counselor"
