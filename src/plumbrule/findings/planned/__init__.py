"""What a plan may ask for beyond its decisions: one file for each family of tests, the keys of one table of assessment.toml.

Each file holds frozen dataclasses that pydantic fills strictly (`plan.read_plan`). What the types cannot say is checked
where the test runs (`findings.further`), with the file and the key named. Nothing here reads data.
"""
