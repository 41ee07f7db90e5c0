"""Tables: the descriptor, the checks that hold every row against it, and the validated frames."""
