"""Read the official text of an instrument into provisions and asks; nothing is dropped, and nothing is guessed.

    file ─source→ document ─mend→ traced text ─structure→ passages ─asks→ reading

`source` turns a file of any kind into text with offsets; `structure` finds preambles, paragraphs, items, objectives,
actions, dashes and notes; `asks` finds verbs and who is asked, by lexicons that a person can edit (`lexicon/*.yaml`, one
a language). What no rule knew is listed as unread.
"""
