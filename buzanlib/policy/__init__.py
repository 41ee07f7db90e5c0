"""What follows for policy: models of the arguments of section 3, and the data that bear on them."""
