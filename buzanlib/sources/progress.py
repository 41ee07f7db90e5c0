"""Showing how far a long loop is, or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from tqdm import tqdm

T = TypeVar("T")


class Progress(Protocol):
    """Something that wraps an iterable and passes its items on."""

    def __call__(self, items: Iterable[T], label: str) -> Iterable[T]:
        """The same items; `label` says what they are."""


def shown(items: Iterable[T], label: str) -> Iterable[T]:
    """The items, counted on a bar on standard error."""
    bar: Iterable[T] = tqdm(items, desc=label, unit="", mininterval=0.5)
    return bar


def unseen(items: Iterable[T], label: str) -> Iterable[T]:
    """The items, without a bar."""
    return items
