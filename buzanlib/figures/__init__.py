"""Figures: one module a family, one palette, each with a text alternative from the numbers it draws."""
