"""What notices that an endpoint is asked other things than its model learnt from."""
