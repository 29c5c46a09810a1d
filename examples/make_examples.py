"""Makes the example texts again; a test compares them with what the program prints."""

from datetime import date
from pathlib import Path

from plainconsent.assemble import assemble
from plainconsent.document import Look
from plainconsent.profile import make_profile, read_practice
from plainconsent.writers import write

HERE = Path(__file__).parent
DAY = date(2026, 11, 25)


def example_texts() -> dict[Path, bytes]:
    """Path -> bytes: the solo practice's consent form, and the same form as a translator's pseudo language shows it."""
    profile = make_profile(as_of=DAY, practice=read_practice(HERE / "solo" / "practice.yaml"))
    pseudo = make_profile(as_of=DAY, practice=read_practice(HERE / "solo" / "practice.yaml"), language="en-XA")
    return {
        HERE / "solo" / "consent.txt": write(assemble(profile, "consent").document, "txt", Look()),
        HERE / "translator" / "consent_pseudo.txt": write(assemble(pseudo, "consent").document, "txt", Look()),
    }


if __name__ == "__main__":
    for path, data in example_texts().items():
        path.write_bytes(data)
        print(path)
