"""
Work on whole registries at once (批量).

For now its room holds the sample people only: households that nobody is, with the declarations,
the signed papers, the departments' files and the truth about them. Pure: no database, no clock,
chance only from the `random.Random` that is passed in.
"""
