"""`slipway verdict`: whether an endpoint serves what the stack file pins, asked of AWS and of the model itself."""
