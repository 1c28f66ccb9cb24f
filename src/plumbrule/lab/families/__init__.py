"""The families of tests, one file each: plain functions from cells, tables or predictors to observations."""
