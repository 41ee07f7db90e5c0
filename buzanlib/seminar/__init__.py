"""Seminar: what a class needs: vignettes to code, how far a class agrees, exercises, questions for other platforms."""
