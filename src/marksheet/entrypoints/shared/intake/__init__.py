"""How a file is read, checked and carried in: the same for pages, commands and the worker."""
