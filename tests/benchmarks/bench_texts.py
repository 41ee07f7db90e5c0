"""Read ten thousand texts of 50 kB, made up, by all processors and by a plain loop, which must find the same passages.

Each time `buzan data texts` runs as its own command, whose peak of memory, with all its processes, is the most that a
look every twentieth of a second sees: resident memory, and that without what processes share (proportional set size).
The rival is a loop that splits each of the first few hundred texts into sentences and holds the pattern against every
one of them. It neither recognises languages nor counts words nor finds duplicates, and writes nothing. Beside the
seconds stand those that processors have worked, which matter where other programs run as well. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time, sleep

import psutil

from buzanlib.sources.passages import DIGITAL, cut, normalise
from buzanlib.study.runner import processors

DATA = Path(__file__).resolve().parents[2] / "data"
CORPUS = "MANY"
SAID = (
    "We thank the Chair for convening this meeting.",
    "The climate changes faster than our economies can follow.",
    "Development of all peoples remains the first duty of this Organization.",
    "Our fishermen, farmers and teachers deserve better.",
    "Peace needs patience, and patience needs trust between nations.",
)
DANGER = ("Cyber attacks threaten our power grid.", "Hackers rob our citizens of what they have saved.")
EVERY = 0.005
"""Share of the sentences that tell of a danger in the digital, about as in speeches that have any."""


def make(folder: Path, documents: int, size: int) -> None:
    """Write texts of so many bytes, each of another state and year or number."""
    with (DATA / "states.csv").open(encoding="utf-8", newline="") as file:
        states = [row["iso3"] for row in csv.DictReader(file) if not row["member_to"]]
    draws = random.Random(1)
    population, shares = (
        [*SAID, *DANGER],
        [(1 - EVERY) / len(SAID)] * len(SAID) + [EVERY / len(DANGER)] * len(DANGER),
    )
    many = size // min(map(len, population)) + 1
    for number in range(documents):
        state, year = states[number % len(states)], 1996 + number // len(states) % 50
        text = "\n".join([f"This is statement {number}.", *draws.choices(population, shares, k=many)])
        (folder / f"{state}-{year}-{number:05}.txt").write_text(text[:size], encoding="utf-8")


def loop(files: list[Path]) -> Iterator[str]:
    """Hashes of the passages of some texts, one text after another."""
    for file in files:
        text = normalise(file.read_text(encoding="utf-8"))
        for passage in cut(text, lambda sentence: DIGITAL.search(sentence) is not None):
            yield passage.sha256


def cpu() -> float:
    """Seconds that processors have worked for all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(process: psutil.Process) -> tuple[float, float]:
    """Resident memory of a process and all below it, and that without what they share, in megabytes."""
    resident = proportional = 0
    for one in (process, *process.children(recursive=True)):
        try:
            about = one.memory_full_info()
        except psutil.Error:  # it has just ended
            continue
        resident += about.rss
        proportional += getattr(about, "pss", about.rss)
    return resident / 1e6, proportional / 1e6


def run(folder: Path, out: Path, *words: str) -> tuple[float, float, float, float]:
    """Seconds of the command, seconds that processors worked for it, and the two peaks of memory."""
    command = [sys.executable, "-m", "buzanlib.cli", "data", "texts", str(folder), "--corpus", CORPUS]
    start, worked, resident, proportional = perf_counter(), cpu(), 0.0, 0.0
    options = ["--data", str(DATA), "--out", str(out), *words]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            try:
                now = memory(psutil.Process(process.pid))
            except psutil.Error:
                break
            resident, proportional = max(resident, now[0]), max(proportional, now[1])
            sleep(0.05)
    if process.returncode:
        raise SystemExit("the command has failed")
    return perf_counter() - start, cpu() - worked, resident, proportional


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10**4, help="texts (default: ten thousand)")
    parser.add_argument("--size", type=int, default=50_000, help="bytes of each (default: 50,000)")
    parser.add_argument("--looped", type=int, default=500, help="texts that the loop takes (default: 500)")
    parser.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="also by the workers of this cluster"
    )
    given = parser.parse_args()

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "texts"
        folder.mkdir()
        make(folder, given.documents, given.size)
        files = sorted(folder.iterdir())
        print(f"{len(files):,} texts, {sum(file.stat().st_size for file in files) / 1e6:,.0f} MB")
        looped = files[: given.looped]
        start, worked = perf_counter(), process_time()
        theirs = sorted(loop(looped))
        times = len(files) / len(looped)
        whole, whole_worked = (perf_counter() - start) * times, (process_time() - worked) * times
        print(f"loop           {whole:7.1f} s, worked {whole_worked:7.1f} s (from {len(looped)} texts)")
        jobs = {f"{processors()} processes": ("--jobs", str(processors()))}
        if given.scheduler:
            jobs["Dask workers"] = ("--scheduler", given.scheduler)
        first: dict[str, bytes] = {}
        for name, words in jobs.items():
            out = Path(place) / name
            seconds, used, resident, proportional = run(folder, out, *words)
            wrote = {file.name: file.read_bytes() for file in out.iterdir()}
            first = first or wrote
            with (out / "passages.csv").open(encoding="utf-8", newline="") as file:
                mine = {f"{CORPUS}-{text.stem}" for text in looped}
                ours = sorted(row["sha256"] for row in csv.DictReader(file) if row["doc_id"] in mine)
            print(
                f"{name:14} {seconds:7.1f} s, worked {used:7.1f} s   ratio {whole / seconds:5.2f}, of work "
                f"{whole_worked / used:5.2f}   peak {resident:5.0f} MB resident, {proportional:5.0f} MB proportional\n"
                f"{'':14} passages as the loop has them: {ours == theirs}; files as by the first: {wrote == first}"
            )


if __name__ == "__main__":
    main()
