"""Policy: what follows from the matrix for those who propose, join, arm and defend (Hare 2010, section 3)."""
