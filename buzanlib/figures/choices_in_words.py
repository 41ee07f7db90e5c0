"""What may be chosen on the page of the explorer, in words, and all that it computes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.figures.labels import in_words
from buzanlib.figures.whose_statements import corpus_in_words
from buzanlib.inference.exploration import Exploration as Exploration
from buzanlib.inference.exploration import explore, indices_of, material
from buzanlib.measurement.codings import further_annotators
from buzanlib.measurement.indices import index_of
from buzanlib.measurement.placement import AXES, Placement
from buzanlib.tables.data_folder import Data
from buzanlib.tables.states import load_states
from buzanlib.theory.factorial import CODING
from buzanlib.theory.vocabulary import RULES, TABLE2_THREATS, Annotator, Corpus, Effect, Quadrant, Threat

_PLACING = (
    *("power", "cohesion", "first", "last", "power_rule", "cohesion_rule"),
    *("power_quantile", "cohesion_quantile"),
)

CHOICES = (*_PLACING, "corpus", "annotator")
"""Parameters of notebooks that can be chosen on the page; it opens with those of the first notebook that has them."""

#: What was registered, by the same names; the codes are those of the second registration.
REGISTERED = {name: getattr(Placement(), name) for name in _PLACING} | {
    "corpus": Corpus.UNGDC,
    "annotator": Annotator.ADJUDICATED_2,
}

_RULES = {"quantile": "a share of the states", "neighbour": in_words("contiguous", of="threshold")}
_TERCILE = 2 / 3


def explored(data: Data, default: Mapping[str, Any]) -> Exploration | None:
    """What a value for each of `CHOICES` gives; None where nobody can be placed, or no passage is relevant."""
    place = Placement(**{name: default[name] for name in _PLACING})
    try:
        found = explore(data, place, str(default["corpus"]), str(default["annotator"]))
    except (EstimationError, UnknownNameError):
        return None
    return None if found.counts.empty else found


def explorer_data(data: Data, default: Mapping[str, Any], corpora: Sequence[str]) -> dict[str, Any]:
    """The choices that a reader has, with their words, and what the numbers are computed from (`material`).

    Parameters
    ----------
    data : Data
        The tables.
    default : mapping
        A value for each of `CHOICES`.
    corpora : sequence of str
        Whose statements are offered.

    Returns
    -------
    dict
        Of what JSON can say; with annotators who coded a passage of these corpora, and that of the default.
    """
    documents, predictions = data.statements.documents, data.predictions
    years = [*documents.loc[documents["corpus"].isin(corpora), "year"], default["first"], default["last"]]
    coders, own = set(data.statements.codes["annotator"]), str(default["annotator"])
    shipped = [str(one) for one in Annotator if one in coders]
    known = material(data, corpora, dict.fromkeys([*shipped, *further_annotators(data.statements), own]))
    known["counts"] = {name: of for name, of in known["counts"].items() if name == own or any(of.values())}
    in_full = load_states(data.folder)["name"].reindex(known["states"]).fillna("")
    predicted = {(one.threat, one.effect): one.sign for one in predictions.cells}
    return known | {
        "default": dict(default),
        "names": [name or iso3 for iso3, name in in_full.items()],
        "indices": {
            axis: {name: asdict(index_of(name, axis)) for name in some}
            for axis, some in indices_of(data).items()
        },
        "rules": {axis: _rules(data, axis) for axis in AXES},
        "corpora": {one: corpus_in_words(data, one) for one in corpora},
        "annotators": {name: in_words(name, of="annotator") for name in known["counts"]},
        "shipped": shipped,
        "years": [int(min(years)), int(max(years))],
        "threats": [threat.label for threat in Threat],
        "quadrants": [{"name": str(one), "label": one.label} for one in Quadrant],
        "effects": [in_words(effect) for effect in Effect],
        "predicted": [[predicted.get((threat, effect), 0) for effect in Effect] for threat in TABLE2_THREATS],
        "coding": CODING[1:].astype(int).tolist(),
        "sesoi": predictions.sesoi,
    }


def _rules(data: Data, axis: str) -> dict[str, dict[str, Any]]:
    """Words for the rules of an axis for which there are tables, and for the upper tercile, a quantile of its own."""
    tables = {"neighbour": [data.contiguity], "great_powers": [data.contiguity, data.great_powers]}
    offered = [rule for rule in RULES[axis] if all(len(table) for table in tables.get(rule, ()))]
    words = {rule: {"label": _RULES.get(rule, in_words(rule, of="threshold"))} for rule in offered}
    tercile: dict[str, Any] = {"label": in_words("tercile", of="threshold"), "quantile": _TERCILE}
    return words | {"tercile": tercile}
