"""The readers of other people's files: honest files, wrong ones, and hostile ones."""
