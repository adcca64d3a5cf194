"""How passwords are hashed here."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class HouseArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane: about 30 ms.

    Source: OWASP Password Storage Cheat Sheet, first of its equivalent Argon2id settings.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
