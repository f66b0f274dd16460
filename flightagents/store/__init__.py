"""MongoDB behind the ports. Only here is motor imported: the way out of it is pymongo's own async client."""
