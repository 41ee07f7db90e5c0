"""From scores and counts to estimates and verdicts: contrasts, permutations, the test of Table 2."""
