"""The tables of `data/`: their descriptor, the checks of every row against it, and the loaded frames."""
