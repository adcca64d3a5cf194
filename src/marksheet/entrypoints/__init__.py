"""The ways in: pages, API, intake and jobs."""
