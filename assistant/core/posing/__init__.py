"""The figure of a stretch, computed from joint angles and from what hands and feet hold or stand on."""
