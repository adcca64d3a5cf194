"""How-tos, served from docs/howto under the pages that link to them."""
