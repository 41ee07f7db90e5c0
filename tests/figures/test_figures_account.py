"""The account of a corpus in words and keys."""

from __future__ import annotations

import pandas as pd

from buzanlib.figures.account import account_in_words, account_results
from buzanlib.measurement.account import FATES, Account

COUNTS = pd.DataFrame(
    {
        "documents": [1050, 0, 2, 0, 4, 1007],
        "passages": [9, 0, 3, 5, 6, 7],
        "states": [0, 1, 0, 2, 0, 3],
    },
    pd.Index(FATES, name="fate"),
)


def test_the_words_are_sums_that_add_up() -> None:
    words = account_in_words(Account("NCSS", 2011, 2024, "adjudicated_2", (2000, 2008, 2017), COUNTS))
    assert words == (
        "National strategies (2000–2017), window 2011–2024, codes: adjudicated, codebook 2. "
        "Documents: 2,063 = 1,007 used + 1,050 outside the window + 2 not coded"
        " + 0 without a cyber threat + 4 of states that are not placed. "
        "Passages: 30 = 7 used + 9 outside the window + 3 not coded"
        " + 5 without a cyber threat + 6 of states that are not placed. "
        "States: 6 = 3 used + 0 outside the window + 1 shown by the paper itself"
        " + 2 without a cyber threat + 0 not placed."
    )
    assert account_in_words(Account("MINE", 2011, 2024, "adjudicated_2", (), COUNTS * 0)).startswith(
        "MINE (no years), window 2011–2024, codes: adjudicated, codebook 2. Documents: 0 = 0 used + 0 outside"
    )


def test_documents_are_recorded_by_what_became_of_them() -> None:
    account = Account("NCSS", 2011, 2024, "adjudicated_2", (2000, 2017), COUNTS)
    found = account_results("verdicts", account)
    assert found.pop("account.verdicts") == account_in_words(account)
    assert found.pop("account.verdicts.documents") == 2063 == sum(map(int, found.values()))
    assert list(found) == [f"account.verdicts.{fate}" for fate in FATES]
