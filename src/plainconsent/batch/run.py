"""Makes every form of a plan: in chunks, in the roster's order, by this process, a pool or a cluster; nothing is lost by a kill."""

from __future__ import annotations

import functools
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from plainconsent import __version__
from plainconsent.assemble import assemble
from plainconsent.batch.destination import Destination, open_destination
from plainconsent.batch.editions import edition_of, key_of, statements_hash
from plainconsent.batch.ledger import Ledger, read_places
from plainconsent.batch.plan import Job, Plan, good_jobs
from plainconsent.batch.press import Press
from plainconsent.errors import Fault, Faults
from plainconsent.packet import overlay_of
from plainconsent.places import JURISDICTIONS, TEMPLATES
from plainconsent.profile import Profile

CHUNK = 64  # forms: long enough that handing it out costs little, short enough that a kill loses little
_AHEAD = 32  # chunks handed out and not yet recorded: enough for the workers, few enough for the memory
_TRIES = 3


@dataclass(frozen=True)
class Settings:
    """What a worker needs to make files; `output` only where workers write the files themselves."""

    base: Path
    formats: tuple[str, ...]
    fillable: bool
    output: str | None


class Made(NamedTuple):
    """One file: its name, its bytes where the worker did not write them itself, and why it could not be made."""

    row: int
    form: str
    format: str
    profile: int
    name: str
    size: int
    sha256: str
    data: bytes | None
    failed: str


@dataclass
class Summary:
    made: int = 0
    failed: int = 0
    kept: int = 0
    bytes: int = 0
    by_form: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class _Handed(NamedTuple):
    """A chunk, and the future of its files once it was handed to a worker."""

    jobs: Sequence[tuple[Job, int]]
    profiles: Mapping[int, Profile]
    future: Future[list[Made]] | None
    tries: int

    def made(self) -> list[Made]:
        assert self.future is not None
        return self.future.result()


def file_name(row: int, form: str, language: str, profile: int, format: str) -> str:
    """`0000012_consent_en.docx`; from numbers and codes alone, so that no cell can name a path. One row, several settings: numbered."""
    return f"{row:07d}_{form}_{language}{f'_{profile}' if profile else ''}.{format}"


def make_chunk(settings: Settings, profiles: Mapping[int, Profile], jobs: Sequence[tuple[Job, int]]) -> list[Made]:
    """The files of some jobs, in their order; each job has the number its name carries. One that fails harms no other."""
    press, destination = _press(settings), _own_destination(settings.output)
    made = []
    for job, ordinal in jobs:
        profile = profiles[job.profile]
        names = [file_name(job.row, job.form, profile.language, ordinal, format) for format in settings.formats]
        try:
            files = press.make(job.profile, profile, job.form, dict(job.shown))
        except OSError:
            raise
        except Exception as error:
            why = "; ".join(map(str, error.faults)) if isinstance(error, Faults) else type(error).__name__
            made += [
                Made(job.row, job.form, format, job.profile, name, 0, "", None, why)
                for format, name in zip(settings.formats, names, strict=True)
            ]
            continue
        for (format, data), name in zip(files, names, strict=True):
            if destination:
                destination.add(name, data)
            digest = hashlib.sha256(data).hexdigest()
            kept = None if destination else data
            made.append(Made(job.row, job.form, format, job.profile, name, len(data), digest, kept, ""))
    return made


@functools.lru_cache(maxsize=4)
def _press(settings: Settings) -> Press:
    return Press(settings.base, settings.formats, settings.fillable)


@functools.lru_cache(maxsize=4)
def _own_destination(output: str | None) -> Destination | None:
    return open_destination(output) if output else None


@dataclass
class Run:
    """One batch from plan to closed destination.

    now     gives the time of a ledger's line; only the command line knows the clock
    pool    makes an executor, or None to make everything in this process
    heard   is told after each chunk how many documents are done
    """

    plan: Plan
    formats: tuple[str, ...]
    fillable: bool
    output: str
    ledger: Ledger
    now: Callable[[], str]
    pool: Callable[[], Executor] | None = None
    heard: Callable[[int], None] = lambda done: None
    summary: Summary = field(default_factory=Summary)
    _keys: dict[tuple[int, str], tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """Everything that decides which files are made and what stands in them."""
        plan = self.plan
        whole = hashlib.sha256(
            repr((__version__, plan.forms, plan.on, dict(plan.targets), self.formats, self.fillable)).encode()
        )
        files = [
            plan.roster.path,
            *sorted(p for root in (TEMPLATES, JURISDICTIONS) for p in root.rglob("*") if p.is_file()),
        ]
        files += [Path(plan.practice.name)] if plan.practice.data else []
        for name in ("overlay", "master"):
            if said := plan.practice.data.get(name):
                there = Path(plan.base) / said
                files += sorted(there.iterdir()) if there.is_dir() else [there]
        for path in files:
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        return whole.hexdigest()

    def start(self, resume: bool) -> None:
        """Makes what is not made yet. Raises Faults, and OSError when the destination cannot be written."""
        fingerprint = self.fingerprint()
        if resume and self.ledger.exists:
            if self.ledger.resume(fingerprint):
                self.summary.notes.append("This run was finished before; nothing was left to do.")
                self.summary.kept = sum(1 for _ in read_places(self.ledger.path))
                return
            destination = open_destination(self.output)
            jobs = self._after_what_is_there(destination)
        else:
            self.ledger.begin(fingerprint)
            destination = open_destination(self.output)
            jobs = numbered(good_jobs(self.plan))
        settings = Settings(
            Path(self.plan.base), self.formats, self.fillable, self.output if destination.together else None
        )
        try:
            for chunk in self._chunks(settings, jobs):
                self._record(destination, chunk)
            destination.close()
            self.ledger.finish()
        finally:
            self.ledger.close()

    # --- going on --------------------------------------------------------------------------------------------------

    def _after_what_is_there(self, destination: Destination) -> Iterator[tuple[Job, int]]:
        """The jobs that are left: those behind the last one whose files are all there, recorded and whole."""
        jobs, step = numbered(good_jobs(self.plan)), len(self.formats)
        lines = read_places(self.ledger.path)
        documents = files = end = 0
        left: list[tuple[Job, int]] = []
        while found := list(islice(lines, step)):
            job = next(jobs, None)
            if job is None or len(found) < step or not self._whole(destination, job, [line for line, _ in found]):
                self.ledger.cut(found[0][1])
                left = [job] if job else []
                break
            documents += step
            files += sum(not line.get("failed") for line, _ in found)
            end = max(end, *(line.get("end", 0) for line, _ in found))
            for line, _ in found:
                self._count(line["form"], bool(line.get("failed")), line.get("bytes", 0))
        if not destination.cut(files, end):
            # The disk lost more than the ledger knows: begin again from nothing, which gives the same files.
            self.ledger.cut(0)
            destination.cut(0, 0)
            self.summary = Summary()
            documents = 0
            return numbered(good_jobs(self.plan))
        self.summary.kept = documents
        self.heard(documents)
        return _chain(left, jobs)

    def _whole(
        self, destination: Destination, numbered_job: tuple[Job, int], lines: Sequence[Mapping[str, Any]]
    ) -> bool:
        job, ordinal = numbered_job
        language = self.plan.profiles[job.profile].language
        for line, format in zip(lines, self.formats, strict=True):
            if line.get("file") != file_name(job.row, job.form, language, ordinal, format):
                return False
            if destination.together and not line.get("failed"):
                data = destination.holds(line["file"])
                if data is None or hashlib.sha256(data).hexdigest() != line["sha256"]:
                    return False
        return True

    # --- making ----------------------------------------------------------------------------------------------------

    def _chunks(self, settings: Settings, jobs: Iterator[tuple[Job, int]]) -> Iterator[list[Made]]:
        """The files of every chunk in order. A worker that dies takes its chunks with it; they are made again."""
        work = ((chunk, self._profiles_of(chunk)) for chunk in _cut(jobs, CHUNK))
        if self.pool is None:
            for chunk, profiles in work:
                yield make_chunk(settings, profiles, chunk)
            return
        executor, waiting = self.pool(), deque[_Handed]()
        try:
            while True:
                try:
                    while len(waiting) < _AHEAD and (item := next(work, None)):
                        waiting.append(_Handed(*item, None, 0))
                    if not waiting:
                        return
                    for n, handed in enumerate(waiting):
                        if handed.future is None:
                            future = executor.submit(make_chunk, settings, handed.profiles, handed.jobs)
                            waiting[n] = handed._replace(future=future, tries=handed.tries + 1)
                    yield waiting[0].made()
                    waiting.popleft()
                except BrokenProcessPool:
                    executor.shutdown(wait=False)
                    if waiting[0].tries >= _TRIES:
                        what = f"row {waiting[0].jobs[0][0].row} or one after it: a worker died {_TRIES} times."
                        raise Faults([Fault("batch", what, "Use --workers 1 and --resume to see why.")]) from None
                    executor = self.pool()
                    waiting = deque(handed._replace(future=None) for handed in waiting)
        finally:
            for handed in waiting:
                if handed.future:
                    handed.future.cancel()
            executor.shutdown(wait=False)

    def _profiles_of(self, chunk: Sequence[tuple[Job, int]]) -> dict[int, Profile]:
        return {job.profile: self.plan.profiles[job.profile] for job, _ in chunk}

    def _record(self, destination: Destination, chunk: Sequence[Made]) -> None:
        """Writes what the workers did not write, then the ledger's lines: a line always tells of a file that is there."""
        lines, time = [], self.now()
        for made in chunk:
            end = destination.add(made.name, made.data) if made.data is not None and not made.failed else 0
            key, about = self._edition(made)
            place = {"end": end} if end else {}
            outcome = {"failed": made.failed} if made.failed else {"sha256": made.sha256, "bytes": made.size, **place}
            lines.append({"row": made.row, **about, "profile": key, "file": made.name, **outcome, "time": time})
            self._count(made.form, bool(made.failed), made.size)
        if not destination.together:
            destination.flush()
        self.ledger.add(lines)
        self.heard(len(chunk))

    def _count(self, form: str, failed: bool, size: int) -> None:
        self.summary.failed += failed
        self.summary.made += not failed
        self.summary.bytes += size
        self.summary.by_form[form] = self.summary.by_form.get(form, 0) + (not failed)

    def _edition(self, made: Made) -> tuple[str, dict[str, Any]]:
        """The key of the form's edition, which is recorded when it is first met, and what a line says of it."""
        at = (made.profile, made.form)
        if at not in self._keys:
            profile = self.plan.profiles[made.profile]
            try:
                assembled = assemble(replace(profile, fills={}), made.form, overlay_of(profile, Path(self.plan.base)))
            except Faults:
                return "", {"form": made.form}
            edition = edition_of(assembled)
            key = key_of(edition)
            self.ledger.add_edition(key, edition)
            about = {name: edition[name] for name in ("form", "language", "edition", "as_of")}
            self._keys[at] = key, {**about, "statements": statements_hash(assembled)}
        return self._keys[at]


def numbered(jobs: Iterable[Job]) -> Iterator[tuple[Job, int]]:
    """Each job with the number its file's name carries: 0, and more where one row asks for the same form several times."""
    row = 0
    met: dict[str, int] = {}
    for job in jobs:
        if job.row != row:
            row, met = job.row, {}
        ordinal = met.get(job.form, 0)
        met[job.form] = ordinal + 1
        yield job, ordinal


def _cut(jobs: Iterator[tuple[Job, int]], size: int) -> Iterator[list[tuple[Job, int]]]:
    while chunk := list(islice(jobs, size)):
        yield chunk


def _chain(first: list[tuple[Job, int]], rest: Iterator[tuple[Job, int]]) -> Iterator[tuple[Job, int]]:
    yield from first
    yield from rest
