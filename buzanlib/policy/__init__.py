"""Policy: the arguments of section 3 as models, and the data that bear on them."""
