"""Share and license: offer a version, agree on terms, deliver by key, meter, and pay hospitals."""
