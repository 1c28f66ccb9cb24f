"""From an assessment to what a page shows: sentences, tables and pictures, all words already chosen.

`speaker` says things in one language; `figures` says numbers; `pictures`, `finding`, `summary` and `basis` put together
the parts of the dossier. Templates only lay them out.
"""
