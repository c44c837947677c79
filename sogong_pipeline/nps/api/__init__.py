"""The APIs over the same data: one for whole months, the look-up service for one workplace."""
