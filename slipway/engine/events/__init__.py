"""EngineEvents: what an operation says about itself, one JSON object each."""
