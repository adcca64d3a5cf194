"""The rounds in which a script is marked."""

from django.db import models


class Round(models.TextChoices):
    """The rounds in which a script is marked, in their order."""

    MARKER_1 = "marker-1"
    MARKER_2 = "marker-2"
    AGREED = "agreed"
    MODERATION_1 = "moderation-1"
    MODERATION_2 = "moderation-2"
    MODERATION_3 = "moderation-3"
    DEFINITIVE = "definitive"


# The rounds in which markers mark scripts, each without seeing the other's marks.
MARKERS = (Round.MARKER_1, Round.MARKER_2)
# The rounds in which moderators look at what markers gave.
MODERATION = (Round.MODERATION_1, Round.MODERATION_2, Round.MODERATION_3)
# The rounds whose marks stand over markers' marks, the last one over all.
DECISIVE = (*MODERATION, Round.DEFINITIVE)
# How the rounds begin in which a seed is marked: each marker's own, with the marker's key behind it.
SEED = "seed-"
# How the rounds begin in which a practice or qualification script is marked: each marker's own, likewise.
TRIAL = "try-"
# Marks of these rounds count nowhere.
BESIDE = (SEED, TRIAL)
