"""A small document with every kind of block, for tests of the writers alone; no law, no templates."""

import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path

from plainconsent.document import (
    Bullets,
    Callout,
    Choice,
    Document,
    Field,
    Heading,
    Look,
    Notice,
    Paragraph,
    Run,
    Signature,
    Slot,
    SourceNote,
    Table,
)
from plainconsent.writers import write

SLOTS = {
    slot.id: slot
    for slot in (
        Slot("clinician_name", "text", "Therapist’s name", 'Ann <b> & "Bo" O’Neil {{x}} #let $5 *_`'),
        Slot("client_name", "text", "Your full name"),
        Slot("client_dob", "date", "Your date of birth"),
        Slot("goals", "multiline", "What you want from therapy"),
        Slot("agree_text", "checkbox", "I agree to text messages"),
        Slot("chosen", "checkbox", "Chosen already", "yes"),
        Slot("client_initials", "initials", "Your initials"),
        Slot("client_signature", "signature", "Sign here"),
        Slot("client_signed_name", "text", "Print your name"),
        Slot("client_signed_date", "date", "Date"),
    )
}

DOCUMENT = Document(
    form="sample",
    title="Sample form",
    language="en",
    direction="ltr",
    footer="Edition 2026.1 · California · LMFT · law checked November 25, 2026",
    page_words="Page {page} of {pages}",
    as_of=date(2026, 11, 25),
    letterhead=("Plain & Kind Therapy", "1 Example Street, Sampletown"),
    slots=SLOTS,
    blocks=(
        Heading(1, (Run("Sample form"),)),
        Callout(
            (
                Heading(2, (Run("Five things to know first"),)),
                Bullets(
                    (
                        (Run("What you tell me stays "), Run("private", bold=True), Run(".")),
                        (Run("Call or text "), Run("988", name=True), Run(" in a crisis.")),
                    )
                ),
            )
        ),
        Heading(2, (Run("Who am I?"),), "who"),
        Paragraph(
            (
                Run("My name is "),
                Run(slot="clinician_name"),
                Run(". You can check my license at "),
                Run("the board’s page", href="https://www.example.org/a?b=1&c=2"),
                Run("."),
            )
        ),
        Paragraph((Run("You are "), Run(slot="client_name"), Run("."))),
        Field("client_dob"),
        Field("goals"),
        Field("client_initials"),
        Heading(2, (Run("What comes first, then next?"),)),
        Heading(3, (Run("In this order"),)),
        Bullets(((Run("We meet."),), (Run("We talk."),)), ordered=True),
        Bullets(((Run("We meet again."),), (Run("We stop when you like."),)), ordered=True),
        Table(
            ((Run("When"),), (Run("Who is told"),)),
            (((Run("Danger < now > & here"),), (Run("The police"),)), ((Run("A judge’s order"),), (Run("The court"),))),
            caption="Who is told, and when",
        ),
        Notice(("NOTICE: the board takes complaints.", "Call (555) 555-0100."), "en", 12),
        Choice("agree_text", (Run("You may text me about times and dates."),)),
        Choice("chosen", (Run("You may call me."),)),
        SourceNote(
            (
                Run("Sample Code § 1(a); read in full; checked November 25, 2026. "),
                Run("Link", href="https://www.example.org/law"),
            )
        ),
        Signature("Client", ("client_signature", "client_signed_name", "client_signed_date")),
    ),
)


def hashes(format: str) -> list[str]:
    """SHA-256 of the sample in a format, fillable and flat."""
    files = [write(DOCUMENT, format, Look(fillable=fillable)) for fillable in (True, False)]
    return [hashlib.sha256(data).hexdigest() for data in files]


def hashes_in_another_process(format: str, seed: str) -> list[str]:
    """The same from a process with another hash seed and another time zone."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from sample import hashes; print(*hashes(sys.argv[1]))", format],
        cwd=Path(__file__).parent,
        env={"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()
