"""Check, count and test a million coded passages, made by resampling those that ship, against a plain way of counting.

The folder has the tables that ship and a corpus of documents, passages and codes of its own, drawn with replacement
from the General Debate. Each step runs on what the one before it gave, in one new process whose peak of memory is
printed. The rival counts passages by state and threat in a loop over the rows of `csv.DictReader`, and is held against
our counts. Nothing is asserted on time, and no result is printed.
"""

from __future__ import annotations

import argparse
import csv
import resource
import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.table2 import QuadrantTest
from buzanlib.measurement.placement import Placement
from buzanlib.sources.write import write_table
from buzanlib.tables.descriptor import check
from buzanlib.tables.statements import count_tensor, load_statements
from buzanlib.tables.states import load_panel, load_regions
from buzanlib.theory.predictions import load_predictions, write_lock
from buzanlib.theory.vocabulary import Threat

DATA = Path(__file__).resolve().parents[2] / "data"
CORPUS, CODER = "MANY", "many"
PER_DOCUMENT = 200
UNIT = 1 if sys.platform == "darwin" else 1024
"""getrusage counts in kilobytes, on macOS in bytes."""


def resample(passages: int, folder: Path) -> None:
    """Write a folder of tables with so many passages more."""
    shutil.copytree(DATA, folder)
    tables = {
        name: pd.read_csv(DATA / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("documents", "passages", "codes")
    }
    codes = tables["codes"].query("annotator == 'adjudicated' and relevant == '1'")
    spoken = tables["passages"].merge(tables["documents"].query("corpus == 'UNGDC'"), on="doc_id")
    rng = np.random.default_rng(1)
    drawn = rng.integers(len(spoken), size=-(-passages // PER_DOCUMENT))
    documents = spoken.iloc[drawn].reset_index(drop=True)[list(tables["documents"].columns)]
    number = np.arange(len(documents))
    documents["corpus"] = CORPUS
    documents["doc_id"] = [
        f"{CORPUS}-{state}-{year}-{k}"
        for state, year, k in zip(documents["iso3"], documents["year"], number, strict=True)
    ]
    of = np.repeat(number, PER_DOCUMENT)[:passages]
    sizes = np.bincount(of, minlength=len(documents)).astype(str)
    documents["windows"] = documents["sampled"] = sizes
    taken = set(tables["passages"]["passage_id"])
    ids = [name for k in range(passages + len(taken)) if (name := f"P{k:08x}") not in taken][:passages]
    start = 100 * (np.arange(passages) % PER_DOCUMENT)
    made = pd.DataFrame(
        {
            "passage_id": ids,
            "doc_id": documents["doc_id"].to_numpy()[of],
            "start": start,
            "end": start + 99,
            "sha256": [f"{k:016x}" for k in range(passages)],
        }
    )
    coded = codes.iloc[rng.integers(len(codes), size=passages)].assign(passage_id=ids, annotator=CODER)
    for name, more, by in (
        ("documents", documents, ["doc_id"]),
        ("passages", made, ["passage_id"]),
        ("codes", coded, ["passage_id", "annotator"]),
    ):
        write_table(pd.concat([tables[name], more.astype(str)]).sort_values(by), folder / f"{name}.csv")
    write_lock(folder)


def ours(folder: Path) -> tuple[dict[str, float], dict[str, int]]:
    """Seconds of each step and the peak of memory in megabytes; passages by state and threat."""
    seconds = {}
    start = perf_counter()
    if faults := check(folder):
        raise SystemExit(f"{len(faults)} faults, the first: {faults[0]}")
    seconds["check"] = perf_counter() - start
    start = perf_counter()
    tensor = count_tensor(load_statements(folder), CODER)
    counts = tensor.window(CORPUS, 2011, 2024)
    seconds["load and count"] = perf_counter() - start
    start = perf_counter()
    predictions, regions = load_predictions(folder), load_regions(folder)
    placed = Placement(first=2011, last=2024)(load_panel(folder), regions)
    bank = PermutationBank(predictions.draws, predictions.seed)(regions)
    QuadrantTest(predictions)(Sample.of(counts, placed, bank))
    seconds["confirmatory test"] = perf_counter() - start
    seconds["peak, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT / 1e6
    found = {
        f"{state} {threat}": int(value)
        for threat in Threat
        for state, value in counts[str(threat)].items()
        if value
    }
    return seconds, found


def loop(folder: Path) -> tuple[float, dict[str, int]]:
    """Seconds, and the same counts, of a loop over rows."""
    start = perf_counter()

    def rows(name: str) -> csv.DictReader[str]:
        return csv.DictReader((folder / name).open(encoding="utf-8", newline=""))

    documents = {row["doc_id"]: row for row in rows("documents.csv") if row["corpus"] == CORPUS}
    origin = {row["passage_id"]: documents.get(row["doc_id"]) for row in rows("passages.csv")}
    found: Counter[str] = Counter()
    for row in rows("codes.csv"):
        document = origin[row["passage_id"]]
        if row["annotator"] != CODER or row["relevant"] != "1" or document is None:
            continue
        if 2011 <= int(document["year"]) <= 2024:
            found.update(f"{document['iso3']} {threat}" for threat in Threat if row[threat] == "1")
    return perf_counter() - start, dict(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10**6, help="how many (default: one million)")
    passages = parser.parse_args().passages
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        resample(passages, folder)
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            seconds, found = pool.submit(ours, folder).result()
        looped, theirs = loop(folder)
    print(f"{passages:,} coded passages")
    for name, value in seconds.items():
        print(f"{name:<20} {value:10.1f}")
    total = sum(value for name, value in seconds.items() if "MB" not in name)
    print(f"{'all steps, s':<20} {total:10.1f}")
    print(f"{'loop that counts, s':<20} {looped:10.1f}")
    print(f"ratio of loading and counting {looped / seconds['load and count']:.1f}")
    print(f"the counts are {'the same' if found == theirs else 'NOT the same'}")


if __name__ == "__main__":
    main()
