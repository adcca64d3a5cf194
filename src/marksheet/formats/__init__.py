"""How others write it: pure readers and writers of their formats."""
