"""The heavy reductions, written once in Narwhals for DuckDB, pandas and Polars."""
