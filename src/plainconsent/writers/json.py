"""The form for machines: a FHIR R4 Bundle (draft Consent, Questionnaire, Provenance) and the receipt of what it was made from."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from plainconsent.document import Block, Choice, Document, Field, Heading, Look, Signature, as_data, block_lines, walk

# Codes as they stand in the R4 (4.0.1) definitions; LOINC codes are used under the LOINC license.
_LOINC = {"release": ("64292-6", "Release of information consent")}
_PATIENT_CONSENT = ("59284-0", "Patient Consent")
_SCOPE = {"release": "patient-privacy"}
_ITEM_TYPE = {
    "text": "string",
    "money": "string",
    "multiline": "text",
    "date": "date",
    "checkbox": "boolean",
    "initials": "string",
}
_SIGNATURE_TYPE = "1.2.840.10065.1.12.1.7"


def write(document: Document, look: Look) -> bytes:
    """UTF-8 JSON with sorted keys: `bundle`, `receipt` and `document` (the blocks); `look` changes nothing."""
    text = _plain(document)
    data = {
        "bundle": _bundle(document, text),
        "receipt": {**document.receipt, "text_sha256": hashlib.sha256(text.encode()).hexdigest()},
        "document": {
            "form": document.form,
            "title": document.title,
            "language": document.language,
            "direction": document.direction,
            "footer": document.footer,
            "as_of": str(document.as_of),
            "blocks": [as_data(block) for block in document.blocks],
            "slots": {id: {"label": s.label, "kind": s.kind, "value": s.value} for id, s in document.slots.items()},
        },
    }
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _plain(document: Document) -> str:
    return "\n".join(line for block in document.blocks for line in block_lines(block, document.slots))


def _bundle(document: Document, text: str) -> dict[str, Any]:
    resources = (_consent(document, text), _questionnaire(document), _provenance(document))
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{_uuid(text, r['resourceType'])}", "resource": r} for r in resources],
    }


def _uuid(text: str, part: str) -> str:
    """A stable id from the form's own words, so that the same form gives the same bytes."""
    h = hashlib.sha256(f"{part}\n{text}".encode()).hexdigest()
    return f"{h[:8]}-{h[8:12]}-5{h[13:16]}-8{h[17:20]}-{h[20:32]}"


def _consent(document: Document, text: str) -> dict[str, Any]:
    code, display = _LOINC.get(document.form, _PATIENT_CONSENT)
    jurisdiction = document.receipt.get("profile", {}).get("jurisdiction", "")
    return {
        "resourceType": "Consent",
        "status": "draft",
        "language": document.language,
        "scope": _concept("http://terminology.hl7.org/CodeSystem/consentscope", _SCOPE.get(document.form, "treatment")),
        "category": [
            {"coding": [{"system": "http://loinc.org", "code": code, "display": display}], "text": document.title}
        ],
        "dateTime": str(document.as_of),
        # The law behind the form is named as a policy, never as an invented code.
        "policy": [
            {
                "authority": f"urn:iso:std:iso:3166:-2:{jurisdiction}",
                "uri": "https://www.ecfr.gov/current/title-45/part-164",
            }
        ],
        "sourceAttachment": {
            "contentType": "text/plain; charset=utf-8",
            "language": document.language,
            "title": document.title,
            "data": base64.b64encode(text.encode()).decode(),
            "hash": base64.b64encode(hashlib.sha1(text.encode()).digest()).decode(),
        },
    }


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _questionnaire(document: Document) -> dict[str, Any]:
    return {
        "resourceType": "Questionnaire",
        "status": "draft",
        "language": document.language,
        "title": document.title,
        "name": document.form,
        "date": str(document.as_of),
        "subjectType": ["Patient"],
        "item": list(_items(document)),
    }


def _items(document: Document) -> Iterator[dict[str, Any]]:
    """Each section as displayed text, each blank as a question, in reading order."""
    for n, block in enumerate(walk(document.blocks)):
        yield from _item(block, n, document)


def _item(block: Block, n: int, document: Document) -> Iterator[dict[str, Any]]:
    match block:
        case Field() | Choice():
            yield _question(block.slot, document)
        case Signature():
            yield {
                "linkId": f"b{n}",
                "type": "group",
                "text": block.label,
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-signatureRequired",
                        "valueCodeableConcept": _concept("urn:iso-astm:E1762-95:2013", _SIGNATURE_TYPE),
                    }
                ],
                "item": [_question(slot, document) for slot in block.slots if document.slots[slot].kind != "signature"],
            }
        case Heading():
            yield {
                "linkId": f"b{n}",
                "type": "display",
                "text": "".join(block_lines(block, document.slots)),
                "prefix": "#" * block.level,
            }
        case _:
            text = "\n".join(block_lines(block, document.slots))
            if text and not hasattr(block, "blocks"):
                yield {"linkId": f"b{n}", "type": "display", "text": text}


def _question(id: str, document: Document) -> dict[str, Any]:
    slot = document.slots[id]
    item: dict[str, Any] = {"linkId": id, "type": _ITEM_TYPE[slot.kind], "text": slot.label}
    if slot.value and slot.kind in ("text", "money", "multiline"):
        item["initial"] = [{"valueString": slot.value}]
    return item


def _provenance(document: Document) -> dict[str, Any]:
    version = document.receipt.get("plainconsent", "")
    return {
        "resourceType": "Provenance",
        "target": [{"display": document.title}],
        "recorded": f"{document.as_of}T00:00:00Z",
        "agent": [
            {
                "type": _concept("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "assembler"),
                "who": {"display": f"plainconsent {version}"},
            }
        ],
    }
