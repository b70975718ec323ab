"""People: organisations, their users, and how somebody proves to be one of them."""
