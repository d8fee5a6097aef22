"""The only place that touches moto's internals: mounting it, keeping its state, correcting its answers."""
