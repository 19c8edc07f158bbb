"""What a home is told of a room over MQTT, and what it may ask for: made for Home Assistant."""
