"""The pages, one module per tab."""
