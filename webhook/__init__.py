"""The service: everything that touches the world. The rules it puts to work are in `scope`."""
