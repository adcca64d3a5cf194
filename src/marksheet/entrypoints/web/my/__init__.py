"""What a candidate sees: their exams, and one result, from disclosures alone."""
