"""Read CT, MR and slides as volumes and tiles, labels as segments: one door per format."""
