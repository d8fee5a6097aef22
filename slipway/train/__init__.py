"""`slipway train`: a SageMaker training job with what the stack provides, and its model in the registry."""
