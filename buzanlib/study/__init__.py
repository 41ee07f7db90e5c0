"""Study: a file of choices, the notebooks it runs, and the one file of numbers they leave."""
