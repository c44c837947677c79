"""The APIs over the same data: odcloud for whole months, the look-up service for one workplace."""
