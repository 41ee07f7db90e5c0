"""From tables to scores: placement of states, fuzzy membership, reliability of the codes."""
