"""Local pages of the hospital's tool, for a browser on the same computer."""
