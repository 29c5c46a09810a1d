"""Forms as files: one form in several formats, the reviewer's copy, and the whole packet of a practice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from plainconsent.assemble import Assembled, assemble
from plainconsent.checklist import subjects_of
from plainconsent.document import Bullets, Document, Heading, Look, Paragraph, Run
from plainconsent.errors import Fault, Faults, nearest, refuse
from plainconsent.language import SOURCE, read_language
from plainconsent.lookup import find_jurisdiction
from plainconsent.places import TEMPLATES
from plainconsent.profile import Profile, make_profile
from plainconsent.reviewer import note_text, review
from plainconsent.writers import write
from plainconsent.yamlfile import YamlFile


def make_form(
    profile: Profile,
    form: str,
    formats: Sequence[str],
    fillable: bool = True,
    reviewer: bool = False,
    base: Path = Path(),
    asked: Sequence[str] = (),
) -> dict[str, bytes]:
    """File name -> bytes for one form. A reviewer's copy stands beside it, flat, in the same formats but json.

    `asked` are the blanks somebody wants filled: one that the form does not have is a fault.
    """
    made = assemble(profile, form, overlay_of(profile, base))
    refuse(
        [
            Fault(f"--fill {name}", "is not a blank of this form.", nearest(name, made.document.slots))
            for name in asked
            if name not in made.document.slots
        ]
    )
    stem = file_stem(profile, form)
    files = _form_files(made, stem, formats, fillable, base)
    return files | (_reviewer_files(made, stem, formats, base) if reviewer else {})


def _form_files(made: Assembled, stem: str, formats: Sequence[str], fillable: bool, base: Path) -> dict[str, bytes]:
    subjects = {s.id: list(s.clauses) or s.reason for s in subjects_of(made)}
    document = replace(made.document, receipt={**made.document.receipt, "checklist": subjects})
    look = Look(fillable, master_of(made.facts.profile, base))
    return {f"{stem}.{format}": write(document, format, look) for format in formats}


def _reviewer_files(made: Assembled, stem: str, formats: Sequence[str], base: Path) -> dict[str, bytes]:
    """The reviewer reads English: a form in another language is assembled again for it."""
    profile = made.facts.profile
    if profile.language != SOURCE:
        made = assemble(replace(profile, language=SOURCE), made.document.form, overlay_of(profile, base))
    document = review(made)
    shown = [format for format in formats if format != "json"] or ["txt"]
    return {f"{stem}_reviewer.{format}": write(document, format, Look(fillable=False)) for format in shown}


def file_stem(profile: Profile, form: str) -> str:
    """A safe name made of codes alone: `consent_us-ca_lmft-role_individual_teletherapy_en`."""
    parts = [form, profile.jurisdiction.lower(), profile.role.replace("_", "-"), profile.setting]
    parts += ["teletherapy"] if profile.teletherapy else []
    parts += [f"client-{profile.client_state.lower()}"] if profile.client_state else []
    parts += [f"minor-{profile.minor}"] if profile.minor else []
    return "_".join((*parts, profile.language))


def overlay_of(profile: Profile, base: Path) -> Path | None:
    """The practice's own folder of clauses, or None; raises Faults for a file in it that replaces nothing."""
    name = profile.answers.get("overlay")
    if not name:
        return None
    known = [path.stem for path in (TEMPLATES / "clauses").glob("[a-z]*.md")]
    try:
        files = sorted((base / name).iterdir())
    except OSError as error:
        raise Faults(
            [
                Fault(
                    "overlay",
                    f"{name[:80]!r} is not a folder that can be read ({error.strerror}).",
                    "Write its path from the practice file.",
                )
            ]
        ) from None
    refuse(
        [
            Fault(str(path), "replaces no clause.", nearest(path.stem, known))
            for path in files
            if path.suffix == ".md" and path.stem not in known
        ]
        + [
            Fault(str(path), "is not a plain file.", "Put a copy of the clause there.")
            for path in files
            if path.suffix == ".md" and not path.is_file()
        ]
    )
    return base / str(name)


def master_of(profile: Profile, base: Path) -> bytes | None:
    """The bytes of the practice's own Word master, or None; raises Faults when it cannot be read."""
    name = profile.answers.get("master")
    if not name:
        return None
    try:
        return (base / str(name)).read_bytes()
    except OSError as error:
        raise Faults(
            [Fault("master", f"{name!r} can't be read ({error.strerror}).", "Write its path from the practice file.")]
        ) from None


def default_master() -> bytes:
    """The Word master that forms are written with when a practice has none of its own."""
    return (TEMPLATES / "frames" / "default.docx").read_bytes()


def master_faults(path: Path) -> list[Fault]:
    """What is wrong with a practice's own Word master; empty when it can be used."""
    from plainconsent.writers._docx_master import check_master

    try:
        return check_master(path.read_bytes())
    except OSError as error:
        raise Faults([Fault(str(path), f"can't be read ({error.strerror}).", "Check the name of the file.")]) from None


# --- why ---------------------------------------------------------------------------------------------------------


def explain_rows(profile: Profile, form: str, base: Path = Path()) -> list[dict[str, str]]:
    """Every clause of the outline: in or out, the fact that decided it, and the citations it rests on."""
    made = assemble(profile, form, overlay_of(profile, base))
    laws: dict[str, list[str]] = {}
    for piece in made.pieces:
        laws.setdefault(piece.clause, []).extend(c.text for s in piece.statements for c in s.citations[:1])
    return [
        {
            "clause": choice.clause.id,
            "in": "in" if choice.chosen else "out",
            "because": choice.because,
            "law": "; ".join(dict.fromkeys(laws.get(choice.clause.id, []))),
        }
        for choice in made.choices
    ]


# --- the packet --------------------------------------------------------------------------------------------------


def make_packet(
    practice: YamlFile, on: date, formats: Sequence[str], fillable: bool = True, explain: bool = True
) -> dict[str, bytes]:
    """Every form the practice's settings ask for, in order, with reviewer's copies, explanations and an index page."""
    base = Path(practice.name).parent
    files: dict[str, bytes] = {}
    index: list[tuple[str, list[str]]] = []
    papers: list[str] = []
    for profile, form in packet_forms(practice, on):
        made = assemble(profile, form, overlay_of(profile, base))
        stem = file_stem(profile, form)
        new = _form_files(made, stem, formats, fillable, base) | _reviewer_files(made, stem, formats, base)
        if explain:
            new[f"{stem}_explain.txt"] = _explain_text(made)
        forms = [name for name in new if "_reviewer." not in name and "_explain." not in name]
        index.append((f"{made.document.title} ({_where(profile)})", forms))
        papers += [name for name in new if name not in forms]
        files |= new
    index.append(("For the clinician and the attorney, not for clients", papers))
    return {**files, "index.html": write(_index(index, made.document), "html", Look(fillable=False))}


def packet_forms(practice: YamlFile, on: date) -> list[tuple[Profile, str]]:
    """The forms in the order a client meets them: consent for each setting, teletherapy, release; in each language."""
    said = practice.data
    refuse(
        [
            *_wrong_places(practice, "client_states", find_jurisdiction),
            *_wrong_places(practice, "languages", read_language),
        ]
    )
    wanted = said.get("forms") or [
        "consent",
        *(["teletherapy"] if "teletherapy" in (said.get("modes") or []) else []),
        "release",
    ]
    found = []
    for language in said.get("languages") or ["en"]:
        for form in wanted:
            for setting in said["settings"] if form == "consent" else said["settings"][:1]:
                modes = list(said.get("modes") or [])
                # At home first; then each other state where clients are (a listed home state gives the same form again).
                for there in (
                    [None, *(said.get("client_states") or [])]
                    if "teletherapy" in modes and form != "release"
                    else [None]
                ):
                    profile = make_profile(
                        as_of=on, practice=practice, settings=[setting, *modes], client_state=there, language=language
                    )
                    if (profile, form) not in found:
                        found.append((profile, form))
    return found


def _wrong_places(practice: YamlFile, name: str, find: Callable[[str], Any]) -> Iterator[Fault]:
    """Every word of a list in the practice file that names no state or language, at its place in the file."""
    for n, word in enumerate(practice.data.get(name) or []):
        try:
            find(word)
        except Faults as error:
            yield from (replace(fault, where=practice.place(name, n)) for fault in error.faults)


def _where(profile: Profile) -> str:
    return ", ".join(
        (profile.setting, *profile.modes, profile.client_state or profile.jurisdiction, profile.language)
    ).replace("_", " ")


def _explain_text(made: Assembled) -> bytes:
    lines = []
    for choice in made.choices:
        lines.append(f"{'in ' if choice.chosen else 'out'}  {choice.clause.id}: {choice.because}")
        statements = {s.id: s for piece in made.pieces if piece.clause == choice.clause.id for s in piece.statements}
        lines += [f"       {note_text(s)}" for s in statements.values()]
    return ("\n".join(lines) + "\n").encode()


def _index(entries: list[tuple[str, list[str]]], like: Document) -> Document:
    blocks: list[Any] = [Heading(1, (Run("Packet"),)), Paragraph((Run(f"Made for {like.as_of}."),))]
    for title, names in entries:
        blocks += [Heading(2, (Run(title),)), Bullets(tuple((Run(name, href=name),) for name in names))]
    return replace(
        like, form="index", title="Packet", language="en", direction="ltr", blocks=tuple(blocks), slots={}, draft=None
    )
