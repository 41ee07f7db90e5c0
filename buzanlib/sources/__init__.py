"""Publishers' files to tidy tables: one module a publisher, and one that builds every table of `data/`.

Codes that people gave by hand come from sheets (`sheets`, `coders`).
"""
