"""Amazon SageMaker, emulated: a store, a protocol, generic resources and the engines behind them."""
