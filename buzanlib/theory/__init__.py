"""The theory as frozen values: vocabulary, securitizing moves, the two matrices, the locked predictions."""
