"""The generated pages of the documentation, made from the models, tables and docstrings."""
