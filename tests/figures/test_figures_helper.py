"""The helper that looks for faults of text finds them."""

from __future__ import annotations

from matplotlib.figure import Figure


def test_overlap_and_cut_are_found(faults_of_text):
    figure = Figure(figsize=(3, 3))
    figure.text(0.5, 0.5, "one")
    figure.text(0.51, 0.5, "two")
    figure.text(0.9, 0.1, "beyond the edge")
    assert faults_of_text(figure) == ["'beyond the edge' is cut off", "'one' lies on 'two'"]


def test_clear_text_passes(faults_of_text):
    figure = Figure(figsize=(3, 3))
    axes = figure.subplots()
    axes.set(xlim=(0, 1), title="title")
    figure.text(0.5, 0.5, "middle")
    assert faults_of_text(figure) == []
