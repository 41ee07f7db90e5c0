"""The window of years of a notebook: the one that is set, or else the years of its corpus."""

from __future__ import annotations

from collections.abc import Mapping

from buzanlib.study.offers import Offers
from buzanlib.study.parameters import Parameter, Value

_WINDOW = ("first", "last")
_INDICES = ("power", "cohesion")


def window_of(
    parameters: Mapping[str, Parameter], chosen: Mapping[str, Value], offers: Offers
) -> dict[str, Value]:
    """First and last year of a notebook, as far as nobody has chosen them.

    The window that a notebook declares is that of the corpus that it declares, whose test was registered with it. That
    of another corpus goes from its first document to its last. Where an index that places the states has no value in
    any of these years, it goes on to the nearest that has one, of two as near to the earlier.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        Those that the notebook declares.
    chosen : mapping of str to str, int, float or bool
        Values that the study or the user has set.
    offers : Offers
        What the data allow.

    Returns
    -------
    dict
        ``first`` and ``last``, those that are not chosen; empty of a notebook without a corpus or a window, and where
        the declared window counts.
    """
    if not _has_window(parameters):
        return {}
    values = {key: chosen.get(key, parameter.default) for key, parameter in parameters.items()}
    years = offers.years(str(values["corpus"]))
    if values["corpus"] == parameters["corpus"].default or not years:
        return {}
    first, last = min(years), max(years)
    for axis in _INDICES:
        if axis in parameters and parameters[axis].allowed.of_data == axis:
            known = offers.years_with(axis, str(values[axis]))
            if known and known.isdisjoint(range(first, last + 1)):
                nearest = min(known, key=lambda year: (max(first - year, year - last), year))
                first, last = min(first, nearest), max(last, nearest)
    return {key: year for key, year in zip(_WINDOW, (first, last), strict=True) if key not in chosen}


def fault_of_window(parameters: Mapping[str, Parameter], values: Mapping[str, Value], offers: Offers) -> str:
    """Describe why a notebook cannot run in its window, which holds no document of the corpus.

    Empty if it can, if the notebook has no corpus or no window, or if the documents cannot be read.
    """
    if not _has_window(parameters):
        return ""
    first, last, corpus = *(int(values[key]) for key in _WINDOW), values["corpus"]
    years = offers.years(str(corpus))
    if not years or not years.isdisjoint(range(first, last + 1)):
        return ""
    own = "" if corpus == parameters["corpus"].default else ", or neither, for the years of the corpus"
    there = f"{min(years)} to {max(years)}" if len(years) > 1 else f"{min(years)}"
    return (
        f"no document of the corpus {corpus!r} lies in the window of {first} to {last}: its documents are of {there};"
        f" set first and last to years among these{own}"
    )


def _has_window(parameters: Mapping[str, Parameter]) -> bool:
    """Whether a notebook has a corpus and a window of years."""
    return parameters.keys() >= {"corpus", *_WINDOW} and all(parameters[key].kind == "int" for key in _WINDOW)
