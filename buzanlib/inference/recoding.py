"""The tests that depend on codes, under several codings of the same passages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from buzanlib.inference.hypothesis_tests import OF_OTHERS, OF_STATEMENTS, findings
from buzanlib.inference.verdicts import Finding, judge
from buzanlib.inference.world import World

#: Stands where a coding cannot test a hypothesis.
NONE = "–"


@dataclass(frozen=True, eq=False)
class Recodings:
    """What each coding finds, and the words for it."""

    found: Mapping[str, Mapping[str, Finding]]  #: By annotator, then by id.
    words: pd.DataFrame  #: Verdicts, by id and annotator; `NONE` where there is none.
    others: int  #: Hypotheses that depend on no code.

    @classmethod
    def of(cls, world: World, annotators: Iterable[str]) -> Recodings:
        """Test the statements of a world as each of several annotators coded them."""
        found = {one: findings(world.coded_by(one), OF_STATEMENTS) for one in annotators}
        others = findings(world, OF_OTHERS)
        judged = {
            one: judge({**own, **others}, world.data.predictions)["verdict"] for one, own in found.items()
        }
        return cls(found, pd.DataFrame(judged).drop(list(others)).fillna(NONE), len(others))

    def differ(self, annotators: Collection[str] | None = None) -> pd.DataFrame:
        """The words of the hypotheses whose word is not the same under all annotators, or under some of them."""
        some = self.words if annotators is None else self.words[list(annotators)]
        return some[some.ne(some.iloc[:, 0], axis=0).any(axis=1)]

    def on_logits(self, annotator: str) -> dict[str, dict[str, Finding]]:
        """The findings on the scale of logits, by id, then by annotator; those that an annotator can test."""
        names = [name for name, one in self.found[annotator].items() if one.sesoi > 0]
        return {name: {who: own[name] for who, own in self.found.items() if name in own} for name in names}

    def to_results(self, book: Collection[str]) -> dict[str, int]:
        """Numbers under the keys by which prose calls them; the annotators of one `book` also by themselves."""
        return {
            "coders.n": len(self.words),
            "coders.n_differ": len(self.differ()),
            "coders.n_differ.codebook": len(self.differ(book)),
            "coders.n_others": self.others,
        }
