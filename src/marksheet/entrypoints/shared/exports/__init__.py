"""Making the files of exports: shared by the page, which makes small ones at once, and the worker."""
