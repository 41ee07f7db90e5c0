"""The strict reading of the political threat, by whose codes it is computed."""

from __future__ import annotations

import pandas as pd

from buzanlib.figures.tables import Table, interval, table

_TESTED = {"p": "p", "p_adjusted": "adjusted p", "gate": "p of the table"}


def by_codes(coded: pd.DataFrame) -> Table:
    """Set the test by the codes of every annotator, primary and locked estimator side by side.

    Takes `buzanlib.inference.strict_reading.StrictReading.by_coding`.
    """
    locked = {f"locked.{key}": f"locked: {title}" for key, title in _TESTED.items()}
    frame = pd.DataFrame(
        {
            "strict passages": coded["passages"],
            "contrast": coded["contrast"],
            "90 % interval": interval(coded["low90"], coded["high90"]),
            **{title: coded[key] for key, title in _TESTED.items()},
            "locked: contrast": coded["locked.contrast"],
            **{title: coded[key] for key, title in locked.items()},
        }
    )
    forms = dict.fromkeys(["contrast", "locked: contrast"], "+.2f")
    forms |= dict.fromkeys([*_TESTED.values(), *locked.values()], "p")
    return table(
        frame.set_axis(pd.Index(coded["coding"], name="codes"), axis=0),
        "The strict reading in the place of the broad one, by whose codes: by the primary estimator, then as locked",
        forms,
        stacked=True,
    )
