"""Klantreis: customer-journey maps bound to evidence, laid beside the journeys customers really made."""
