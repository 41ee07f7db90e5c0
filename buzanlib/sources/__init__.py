"""From publishers' files to the tables of `data/`, and from the user's own texts, sheets and indices."""
