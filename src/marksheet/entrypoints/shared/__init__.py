"""What every way in shares: middleware, sign-in, components and template tags."""
