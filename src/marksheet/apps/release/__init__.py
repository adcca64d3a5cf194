"""Publications, disclosures and what is open to candidates."""
