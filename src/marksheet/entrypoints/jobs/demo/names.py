"""Believable names for about 300 candidates, the same at every making."""

GIVEN = (
    "Amara", "Bram", "Chiara", "Dilan", "Elif", "Femke", "Grace", "Hugo", "Ines", "Jonas", "Kofi", "Lina", "Mateo",
    "Noor", "Oskar", "Priya", "Quinten", "Rosa", "Sami", "Tess", "Umut", "Vera", "Willem", "Yara", "Zeynep", "Aiko",
    "Björn", "Chloé", "David", "Esra", "Fatima", "Giulia", "Hanna", "Ivo", "Jin", "Katarzyna", "Lars", "Mila",
    "Nikola", "Olivia",
)  # fmt: skip
FAMILY = (
    "Okafor", "de Wit", "Conti", "Yıldız", "Demir", "Jansen", "Mbeki", "Lefèvre", "Duarte", "Weber", "Mensah",
    "Haddad", "García", "van Dijk", "Nowak", "Sharma", "Bakker", "Silva", "Nasser", "Visser", "Aydın", "Petrova",
    "de Boer", "Khalil", "Kaya", "Tanaka", "Lindqvist", "Moreau", "Cohen", "Arslan", "Rahman", "Ricci", "Fischer",
    "Horvat", "Park", "Kowalska", "Nielsen", "Smit", "Jovanović", "Brandt",
)  # fmt: skip


def candidate_names(n: int) -> list[str]:
    """Return ``n`` (at most 1,600) different names."""
    return [f"{GIVEN[k % 40]} {FAMILY[(k // 40 * 7 + k * 3) % 40]}" for k in range(n)]
